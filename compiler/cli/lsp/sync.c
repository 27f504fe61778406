/* What the client reports about its texts, folders and files. */
#include "compiler/cli/lsp/message.h"
#include "compiler/cli/lsp/methods.h"
#include "compiler/cli/lsp/publish.h"
#include "compiler/cli/lsp/uri.h"

/* A file outside of all folders forms a plan of its own. */
static void give_scope(struct server *server, const struct document *d)
{
	const char *slash = d->path ? strrchr(d->path, '/') : NULL;
	int folder;

	if (!slash || scope_of_document(server, d))
		return;
	folder = slash == d->path ? 1 : (int)(slash - d->path);
	scope_add(server, arena_printf(server->scratch, "%.*s", folder, d->path).p, d);
}

void on_open(struct server *server, const struct json *params)
{
	struct document *d = document_open(&server->documents, params);

	if (!d)
		return;
	give_scope(server, d);
	if (d->path)
		scopes_set_stale_at(server, d->path);
}

void on_change(struct server *server, const struct json *params)
{
	struct document *d = document_change(&server->documents, params, server->client.encoding);

	if (d && d->path)
		scopes_set_stale_at(server, d->path);
}

void on_close(struct server *server, const struct json *params)
{
	struct document *d = document_find(&server->documents,
					   member_text(params, "textDocument.uri"));
	struct scope *scope = d ? scope_of_document(server, d) : NULL;

	if (!d)
		return;
	/* From now on the file on disk counts; a file outside of all folders is forgotten. */
	if (d->path)
		scopes_set_stale_at(server, d->path);
	if (scope && scope->only) {
		publish_nothing(server, scope);
		scope_remove(server, scope);
	}
	document_close(&server->documents, params);
}

void on_files(struct server *server, const struct json *params)
{
	(void)params;
	scopes_set_stale(server);
}

static void remove_folder(struct server *server, struct str uri)
{
	const char *path = uri_to_path(server->scratch, uri);

	for (struct scope *s = server->scopes, *next; s && path; s = next) {
		next = s->next;
		if (s->only || strcmp(s->shown, path) != 0)
			continue;
		publish_nothing(server, s);
		scope_remove(server, s);
	}
}

/* Assigns each open file to the folder that contains it now. */
static void reassign_documents(struct server *server)
{
	for (struct scope *s = server->scopes, *next; s; s = next) {
		next = s->next;
		if (!s->only)
			continue;
		publish_nothing(server, s);
		scope_remove(server, s);
	}
	for (struct document *d = server->documents.first; d; d = d->next) {
		d->changed = true;
		give_scope(server, d);
	}
	scopes_set_stale(server);
}

void on_folders(struct server *server, const struct json *params)
{
	const struct json *added = member(params, "event.added"),
			  *removed = member(params, "event.removed");

	for (const struct json *f = json_first(removed); f; f = f->next)
		remove_folder(server, member_text(f, "uri"));
	for (const struct json *f = json_first(added); f; f = f->next)
		scope_add_uri(server, member_text(f, "uri"));
	reassign_documents(server);
}
