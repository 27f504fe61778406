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
			items[j->overlay.n++] = (struct overlay_text){
				arena_printf(j->arena, "%s", d->path).p,
				arena_copy(j->arena, document_text(d)), false};
	j->overlay.items = items;
	overlay_sort(&j->overlay);
}

/* A new file belongs to the plan before it is saved, if lint would find it then. */
static void add_unsaved(struct judged *j, const char *folder, const struct document *only)
{
	for (uint32_t i = 0; i < j->overlay.n; i++) {
		struct overlay_text *held = &j->overlay.items[i];

		if (only)
			held->added = strcmp(held->path, only->path) == 0;
		else
			held->added = path_is_below(held->path, folder) &&
				      access(held->path, F_OK) != 0 &&
				      walk_would_take(&j->options.exclude, folder, held->path);
	}
}

static void read_project(struct judged *j, const char *folder)
{
	/* The project file is looked for from here, and what it names is relative to here. */
	if (chdir(folder) != 0 && chdir("/") != 0)
		return;
	j->project.findings.arena = j->arena;
	project_load(&j->project, j->arena, &command_lint, &j->options, &j->overlay);
}

struct judged *judge(const struct server *server, char *folder, const struct document *only)
{
	struct arena *arena = arena_new();
	struct judged *j = arena_alloc(arena, sizeof *j);
	struct workspace *w = &j->workspace;
	char *paths[] = {folder};

	j->arena = arena;
	j->options = *server->options;
	lay_over(j, server);
	read_project(j, folder);
	add_unsaved(j, folder, only);
	*w = (struct workspace){.arena = arena, .options = &j->options, .catalog = server->catalog};
	sources_init(&w->sources, arena);
	w->sources.overlay = &j->overlay;
	findings_init(&w->findings, arena);
	load_paths(&j->spec, arena, &w->sources, &w->findings, &j->options.exclude, paths,
		   only ? 0 : 1, NULL, 1);
	/* What a file that cannot be read would have named is not missing. */
	if (j->spec.n_errors)
		j->spec.unread |= UNREAD_ALL;
	w->plan = plan_resolve(arena, &w->sources, w->catalog, &j->spec, &w->findings, 1);
	judge_plan(w->plan, arena, &w->findings, 1);
	workspace_settle(w);
	return j;
}
