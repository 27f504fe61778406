#include "compiler/cli/lsp/scope.h"

#include <stdlib.h>

#include "compiler/cli/lsp/uri.h"

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
	scope->next = server->scopes;
	server->scopes = scope;
	return scope;
}

void scope_add_uri(struct server *server, struct str uri)
{
	const char *path = uri_to_path(server->scratch, uri);

	if (path)
		scope_add(server, path, NULL);
}

void scope_remove(struct server *server, struct scope *scope)
{
	struct scope **link = &server->scopes;

	while (*link != scope)
		link = &(*link)->next;
	*link = scope->next;
	if (scope->whole != scope->latest)
		session_close(scope->whole);
	session_close(scope->latest);
	arena_free(scope->sent);
	free(scope->folder);
	free(scope->shown);
	free(scope->trouble);
	free(scope);
}

struct scope *scope_of_path(const struct server *server, const char *path)
{
	struct scope *closest = NULL;

	for (struct scope *s = server->scopes; s; s = s->next) {
		if (s->only && strcmp(s->only->path, path) == 0)
			return s;
		if (!s->only && path_is_below(path, s->folder) &&
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
		s->stale |= s->only ? strcmp(s->only->path, path) == 0
				    : path_is_below(path, s->folder);
}

const struct gpuplan_session *scope_names(const struct scope *scope)
{
	return scope->whole ? scope->whole : scope->latest;
}

void scope_set_judged(struct scope *scope, struct gpuplan_session *now)
{
	if (scope->latest != scope->whole)
		session_close(scope->latest);
	scope->latest = now;
	if (now->plan->incomplete)
		return;
	session_close(scope->whole);
	scope->whole = now;
}

bool scope_set_trouble(struct scope *scope, const char *what)
{
	if (strcmp(what, scope->trouble ? scope->trouble : "") == 0)
		return false;
	free(scope->trouble);
	scope->trouble = keep(what);
	return true;
}
