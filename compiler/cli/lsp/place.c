#include "compiler/cli/lsp/place.h"
#include "compiler/source/lines.h"

#include "compiler/cli/lsp/uri.h"

/* The real path of a source; a capture may be named with `..` or through a link. */
static const char *source_path(const struct server *server, const struct source *source)
{
	const char *name = arena_printf(server->scratch, "%.*s", STR_ARG(source->name)).p;

	return span_given(source->key) ? path_real(server->scratch, name) : name;
}

struct str source_uri(const struct server *server, const struct scope *scope,
		      const struct source *source)
{
	const char *path = source_path(server, source);
	const struct document *d = document_of_path(&server->documents, path);
	size_t folder = strlen(scope->folder);

	if (d)
		return str_of(d->uri);
	/* By the client's own way to the folder, which may be a link. */
	if (strncmp(path, scope->folder, folder) == 0 && path[folder] == '/')
		return uri_of_path(server->scratch, arena_printf(server->scratch, "%s%s",
								 scope->shown, path + folder));
	return uri_of_path(server->scratch, str_of(path));
}

/* The source starts with a byte order mark that the client sent too. */
static bool client_has_mark(const struct server *server, const struct source *source)
{
	const struct document *d;

	if (!has_mark(source->text))
		return false;
	d = document_of_path(&server->documents, source_path(server, source));
	return d && has_mark(document_text(d));
}

struct json *range_in_source(const struct server *server, const struct sources *sources,
			     struct span span)
{
	return range_of_span(server->scratch, sources, server->client.encoding, span,
			     client_has_mark(server, source_of(sources, span)));
}

struct json *location_of_span(const struct server *server, const struct scope *scope,
			      const struct sources *sources, struct span span)
{
	struct str uri = source_uri(server, scope, source_of(sources, span));
	struct json *o = json_map(server->scratch);

	json_put_text(o, "uri", uri);
	json_put(o, "range", range_in_source(server, sources, span));
	return o;
}
