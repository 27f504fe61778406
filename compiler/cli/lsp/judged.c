/* A folder's plan, read and judged with the open texts in place of the files. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "compiler/cli/lsp/server.h"
#include "compiler/cli/lsp/uri.h"
#include "compiler/model/decode.h"
#include "compiler/plan/resolve.h"
#include "rules/rules.h"

static struct judged *judged_free(struct judged *j)
{
	if (j)
		arena_free(j->arena);
	return NULL;
}

/* --- scopes --- */

static char *keep(const char *z)
{
	char *kept = strdup(z);

	if (!kept)
		arena_oom();
	return kept;
}

struct scope *scope_add(struct server *server, const char *shown, const struct document *only)
{
	struct scope *scope = calloc(1, sizeof *scope);

	if (!scope)
		arena_oom();
	scope->shown = keep(shown);
	scope->folder = keep(path_real(server->scratch, shown));
	scope->only = only;
	scope->stale = true;
	scope->published = json_map();
	scope->next = server->scopes;
	server->scopes = scope;
	return scope;
}

void scope_remove(struct server *server, struct scope *scope)
{
	struct scope **link = &server->scopes;

	while (*link != scope)
		link = &(*link)->next;
	*link = scope->next;
	if (scope->whole != scope->latest)
		judged_free(scope->whole);
	judged_free(scope->latest);
	json_object_put(scope->published);
	free(scope->folder);
	free(scope->shown);
	free(scope->trouble);
	free(scope);
}

static bool is_below(const char *path, const char *folder)
{
	size_t n = strcmp(folder, "/") == 0 ? 0 : strlen(folder);

	return strncmp(path, folder, n) == 0 && path[n] == '/';
}

struct scope *scope_of_path(const struct server *server, const char *path)
{
	struct scope *closest = NULL;

	for (struct scope *s = server->scopes; s; s = s->next) {
		if (s->only && strcmp(s->only->path, path) == 0)
			return s;
		if (!s->only && is_below(path, s->folder) &&
		    (!closest || strlen(s->folder) > strlen(closest->folder)))
			closest = s;
	}
	return closest;
}

struct scope *scope_of_document(const struct server *server, const struct document *d)
{
	return d->path ? scope_of_path(server, d->path) : NULL;
}

void scopes_set_stale(struct server *server)
{
	for (struct scope *s = server->scopes; s; s = s->next)
		s->stale = true;
}

void scopes_set_stale_at(struct server *server, const char *path)
{
	for (struct scope *s = server->scopes; s; s = s->next)
		s->stale |= s->only ? strcmp(s->only->path, path) == 0 : is_below(path, s->folder);
}

const struct judged *scope_names(const struct scope *scope)
{
	return scope->whole ? scope->whole : scope->latest;
}

const struct source *judged_source(const struct judged *j, const struct document *d)
{
	const struct sources *all = &j->workspace.sources;

	for (uint32_t i = 0; d->path && i < all->n; i++)
		if (str_is(all->items[i].name, d->path))
			return &all->items[i];
	return NULL;
}

/* --- one run --- */

/* Copies: the editor goes on typing, and what was judged stays. */
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
static void add_unsaved(struct judged *j, const struct scope *scope)
{
	for (uint32_t i = 0; i < j->overlay.n; i++) {
		struct overlay_text *held = &j->overlay.items[i];

		if (scope->only)
			held->added = strcmp(held->path, scope->only->path) == 0;
		else
			held->added = is_below(held->path, scope->folder) &&
				      access(held->path, F_OK) != 0 &&
				      walk_would_take(&j->options.exclude, scope->folder,
						      held->path);
	}
}

static void read_project(struct judged *j, const struct scope *scope)
{
	/* The project file is looked for from here, and what it names is relative to here. */
	if (chdir(scope->folder) != 0 && chdir("/") != 0)
		return;
	j->project.findings.arena = j->arena;
	project_load(&j->project, j->arena, &command_lint, &j->options, &j->overlay);
}

/* Said when it is another one than the last time. */
static void report_trouble(struct server *server, struct scope *scope, const struct spec *spec)
{
	const char *what = spec->n_errors ? spec->errors[0].p : "";
	json_object *params;

	if (strcmp(what, scope->trouble ? scope->trouble : "") == 0)
		return;
	free(scope->trouble);
	scope->trouble = keep(what);
	if (!spec->n_errors)
		return;
	params = json_map();
	json_put_number(params, "type", 2);
	json_put(params, "message",
		 json_valid_text(server->scratch,
				 arena_printf(server->scratch, "gpuplan cannot read %s", what)));
	server_notify(server, "window/showMessage", params);
}

static struct judged *judge(struct server *server, struct scope *scope)
{
	struct arena *arena = arena_new();
	struct judged *j = arena_alloc(arena, sizeof *j);
	struct workspace *w = &j->workspace;
	char *paths[] = {scope->folder};

	j->arena = arena;
	j->options = *server->options;
	lay_over(j, server);
	read_project(j, scope);
	add_unsaved(j, scope);
	*w = (struct workspace){.arena = arena, .options = &j->options, .catalog = server->catalog};
	sources_init(&w->sources, arena);
	w->sources.overlay = &j->overlay;
	findings_init(&w->findings, arena);
	load_paths(&j->spec, arena, &w->sources, &w->findings, &j->options.exclude, paths,
		   scope->only ? 0 : 1, NULL, 1);
	report_trouble(server, scope, &j->spec);
	/* What a file that cannot be read would have named is not missing. */
	if (j->spec.n_errors)
		j->spec.unread |= UNREAD_ALL;
	w->plan = plan_resolve(arena, &w->sources, w->catalog, &j->spec, &w->findings, 1);
	judge_plan(w->plan, arena, &w->findings, 1);
	workspace_settle(w);
	return j;
}

static void refresh(struct server *server, struct scope *scope)
{
	struct judged *now = judge(server, scope);

	if (scope->latest != scope->whole)
		judged_free(scope->latest);
	scope->latest = now;
	if (!now->workspace.plan->incomplete) {
		judged_free(scope->whole);
		scope->whole = now;
	}
	scope->stale = false;
	publish_scope(server, scope);
}

void scopes_refresh(struct server *server)
{
	for (struct scope *s = server->scopes; s; s = s->next)
		if (s->stale)
			refresh(server, s);
}
