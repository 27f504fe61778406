#include "compiler/cli/lsp/publish.h"

#include "compiler/cli/lsp/send.h"
#include "compiler/cli/lsp/uri.h"

/* Of one file; nobody reads on behind so many, and an editor has to draw them. */
enum { MAX_DIAGNOSTICS = 1000 };

static json_object *notes_of(const struct server *server, const struct scope *scope,
			     const struct sources *sources, const struct finding *f)
{
	json_object *list = json_list();

	for (uint8_t i = 0; i < f->n_notes; i++) {
		json_object *note = json_map();

		json_put(note, "location",
			 location_of_span(server, scope, sources, f->notes[i].at));
		json_put(note, "message", json_valid_text(server->scratch, f->notes[i].message));
		json_append(list, note);
	}
	return list;
}

json_object *diagnostic_of(const struct server *server, const struct scope *scope,
			   const struct sources *sources, const struct finding *f)
{
	static const uint64_t severities[] = {
		[SEVERITY_ERROR] = 1, [SEVERITY_WARNING] = 2, [SEVERITY_NOTE] = 3};
	struct str message = f->message;
	json_object *o = json_map();

	if (f->help.n)
		message = arena_printf(server->scratch, "%.*s\nhelp: %.*s", STR_ARG(message),
				       STR_ARG(f->help));
	json_put(o, "range", range_in_source(server, sources, f->at));
	json_put_number(o, "severity", severities[f->severity]);
	json_put_text(o, "code", str_of(f->rule));
	json_put_text(o, "source", STR("gpuplan"));
	json_put(o, "message", json_valid_text(server->scratch, message));
	if (f->n_notes && server->client.related)
		json_put(o, "relatedInformation", notes_of(server, scope, sources, f));
	return o;
}

static void publish(struct server *server, const char *uri, json_object *diagnostics)
{
	struct document *d = document_find(&server->documents, str_of(uri));
	json_object *params = json_map();

	json_put_text(params, "uri", str_of(uri));
	if (d && d->has_version)
		json_put_number(params, "version", d->version);
	json_put(params, "diagnostics", diagnostics);
	send_notification(&server->transport, "textDocument/publishDiagnostics", params);
	if (d)
		d->changed = false;
}

/* Appends to the lists of `all`, URI by URI. */
static void collect(const struct server *server, const struct scope *scope,
		    const struct sources *sources, const struct findings *findings,
		    json_object *all)
{
	const struct source *source = NULL;
	json_object *list = NULL;

	for (uint32_t i = 0; i < findings->n; i++) {
		const struct finding *f = &findings->items[i];

		if (source_of(sources, f->at) != source) {
			const char *uri;

			source = source_of(sources, f->at);
			uri = arena_printf(server->scratch, "%.*s",
					   STR_ARG(source_uri(server, scope, source)))
				      .p;
			if (!json_object_object_get_ex(all, uri, &list)) {
				list = json_list();
				json_put_any(all, uri, list);
			}
		}
		if (json_object_array_length(list) < MAX_DIAGNOSTICS)
			json_append(list, diagnostic_of(server, scope, sources, f));
	}
}

/* A file of a folder within this folder's is that one's to report. */
static bool is_reported_here(const struct server *server, const struct scope *scope,
			     const char *uri)
{
	const char *path = uri_to_path(server->scratch, str_of(uri));
	const struct scope *other = path ? scope_of_path(server, path_real(server->scratch, path))
					 : NULL;

	return !other || other == scope;
}

/* Sends what differs from the last time, and what is asked for by a change of the text. */
static void publish_file(struct server *server, struct scope *scope, const char *uri,
			 json_object *list)
{
	const struct document *d = document_find(&server->documents, str_of(uri));
	const char *now = json_object_to_json_string_ext(list, JSON_C_TO_STRING_PLAIN);
	json_object *before;

	if (!now)
		arena_oom();
	if (!is_reported_here(server, scope, uri))
		return;
	if (json_object_object_get_ex(scope->published, uri, &before) && !(d && d->changed) &&
	    strcmp(json_object_get_string(before), now) == 0)
		return;
	json_put_any(scope->published, uri, json_valid_text(server->scratch, str_of(now)));
	publish(server, uri, json_object_get(list));
}

static void publish_gone(struct server *server, struct scope *scope, json_object *all)
{
	json_object_object_foreach(scope->published, uri, text)
	{
		(void)text;
		if (json_object_object_get_ex(all, uri, NULL))
			continue;
		publish(server, uri, json_list());
		json_object_object_del(scope->published, uri);
	}
}

/* Of a text that changed and has no finding the client hears too. */
static void publish_clean(struct server *server, const struct scope *scope)
{
	for (struct document *d = server->documents.first; d; d = d->next)
		if (d->changed && scope_of_document(server, d) == scope)
			publish(server, d->uri, json_list());
}

void publish_scope(struct server *server, struct scope *scope)
{
	const struct judged *j = scope->latest;
	json_object *all = json_map();

	collect(server, scope, &j->workspace.sources, &j->workspace.findings, all);
	if (j->project.findings.n)
		collect(server, scope, &j->project.sources, &j->project.findings, all);
	json_object_object_foreach(all, uri, list)
	{
		publish_file(server, scope, uri, list);
	}
	publish_gone(server, scope, all);
	publish_clean(server, scope);
	json_object_put(all);
}

void publish_nothing(struct server *server, struct scope *scope)
{
	json_object *none = json_map();

	publish_gone(server, scope, none);
	json_object_put(none);
}
