#include "compiler/cli/lsp/judged.h"

#include <unistd.h>

#include "compiler/cli/lsp/uri.h"
#include "compiler/model/decode.h"
#include "compiler/plan/resolve.h"
#include "rules/rules.h"

struct judged *judged_free(struct judged *j)
{
	if (j)
		arena_free(j->arena);
	return NULL;
}

const struct source *judged_source(const struct judged *j, const struct document *d)
{
	const struct sources *all = &j->workspace.sources;

	for (uint32_t i = 0; d->path && i < all->n; i++)
		if (str_is(all->items[i].name, d->path))
			return &all->items[i];
	return NULL;
}

static void lay_over(struct judged *j, const struct server *server)
{
	struct overlay_text *items;
	uint32_t n = 0;

	for (const struct document *d = server->documents.first; d; d = d->next)
		n += d->path != NULL;
	items = arena_array(j->arena, n, sizeof *items);
	for (const struct document *d = server->documents.first; d; d = d->next)
		if (d->path)
			items[j->overlay.n++] =
				(struct overlay_text){arena_printf(j->arena, "%s", d->path).p,
						      arena_copy(j->arena, document_text(d))};
	j->overlay.items = items;
	overlay_sort(&j->overlay);
	j->files = overlay_files(&j->overlay, &system_files);
}

static void read_project(struct judged *j, const char *folder)
{
	/* The project file is looked for from here, and what it names is relative to here. */
	if (chdir(folder) != 0 && chdir("/") != 0)
		return;
	j->project.findings.arena = j->arena;
	project_load(&j->project, j->arena, &j->files, true, &command_lint, &j->options);
}

struct judged *judge(const struct server *server, char *folder, const struct document *only)
{
	struct arena *arena = arena_new();
	struct judged *j = arena_alloc(arena, sizeof *j);
	struct workspace *w = &j->workspace;
	char *paths[] = {only ? only->path : folder};

	j->arena = arena;
	j->options = *server->options;
	lay_over(j, server);
	read_project(j, folder);
	*w = (struct workspace){.arena = arena, .options = &j->options, .catalog = server->catalog};
	sources_init(&w->sources, arena, &j->files);
	findings_init(&w->findings, arena);
	load_paths(&j->spec, arena, &w->sources, &w->findings,
		   &(struct load_options){paths, 1, .found = true, &j->options.exclude, .jobs = 1});
	/* What a file that cannot be read would have named is not missing. */
	if (j->spec.n_errors)
		j->spec.unread |= UNREAD_ALL;
	w->plan = plan_resolve(arena, &w->sources, w->catalog, &j->spec, &w->findings, 1);
	judge_plan(w->plan, arena, &w->findings, 1);
	workspace_settle(w);
	return j;
}
