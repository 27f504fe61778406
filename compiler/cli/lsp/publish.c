#include "compiler/cli/lsp/publish.h"

#include "compiler/cli/lsp/send.h"
#include "compiler/cli/lsp/uri.h"

/* Per file: nobody reads more, and the editor would have to draw them all. */
enum { MAX_DIAGNOSTICS = 1000 };

static void put_notes(const struct server *server, const struct scope *scope,
		      const struct sources *sources, const struct finding *f, struct json *list)
{
	for (uint8_t i = 0; i < f->n_notes; i++) {
		struct json *note = json_append_map(list);

		json_put(note, "location",
			 location_of_span(server, scope, sources, f->notes[i].at));
		json_put_text(note, "message", f->notes[i].message);
	}
}

struct json *diagnostic_of(const struct server *server, const struct scope *scope,
			   const struct sources *sources, const struct finding *f)
{
	static const uint64_t severities[] = {
		[SEVERITY_ERROR] = 1, [SEVERITY_WARNING] = 2, [SEVERITY_NOTE] = 3};
	struct str message = f->message;
	struct json *o = json_map(server->scratch);

	if (f->help.n)
		message = arena_printf(server->scratch, "%.*s\nhelp: %.*s", STR_ARG(message),
				       STR_ARG(f->help));
	json_put(o, "range", range_in_source(server, sources, f->at));
	json_put_number(o, "severity", severities[f->severity]);
	json_put_text(o, "code", str_of(f->rule));
	json_put_text(o, "source", STR("gpuplan"));
	json_put_text(o, "message", message);
	if (f->n_notes && server->client.related)
		put_notes(server, scope, sources, f, json_put_list(o, "relatedInformation"));
	return o;
}

/* What a list of `all` holds goes into the message. */
static void publish(struct server *server, struct str uri, const struct json *diagnostics)
{
	struct document *d = document_find(&server->documents, uri);
	struct json *params = json_map(server->scratch);

	json_put_text(params, "uri", uri);
	if (d && d->has_version)
		json_put_number(params, "version", d->version);
	json_put(params, "diagnostics", json_copy(server->scratch, diagnostics));
	send_notification(&server->transport, "textDocument/publishDiagnostics", params);
	if (d)
		d->changed = false;
}

static void publish_empty(struct server *server, struct str uri)
{
	publish(server, uri, json_list(server->scratch));
}

static uint32_t length(const struct json *list)
{
	uint32_t n = 0;

	for (const struct json *item = json_first(list); item; item = item->next)
		n++;
	return n;
}

/* Appends to the lists of `all`, URI by URI. */
static void collect(const struct server *server, const struct scope *scope,
		    const struct sources *sources, const struct findings *findings,
		    struct json *all)
{
	const struct source *source = NULL;
	struct json *list = NULL;
	uint32_t n = 0;

	for (uint32_t i = 0; i < findings->n; i++) {
		const struct finding *f = &findings->items[i];

		if (source_of(sources, f->at) != source) {
			const char *uri;

			source = source_of(sources, f->at);
			uri = arena_printf(server->scratch, "%.*s",
					   STR_ARG(source_uri(server, scope, source)))
				      .p;
			list = json_member(all, uri);
			if (!list)
				list = json_put_list(all, uri);
			n = length(list);
		}
		if (n++ < MAX_DIAGNOSTICS)
			json_append(list, diagnostic_of(server, scope, sources, f));
	}
}

/* A file in a nested folder of the workspace is reported by that folder. */
static bool is_reported_here(const struct server *server, const struct scope *scope, struct str uri)
{
	const char *path = uri_to_path(server->scratch, uri);
	const struct scope *other = path ? scope_of_path(server, path_real(server->scratch, path))
					 : NULL;

	return !other || other == scope;
}

static const struct json *find(const struct json *map, struct str key)
{
	const struct json *m = json_first(map);

	while (m && !str_eq(m->key, key))
		m = m->next;
	return m;
}

/* Sends what differs from the last time, and what is asked for by a change of the text. Notes in
 * `sent` what the client has then. */
static void publish_file(struct server *server, const struct scope *scope, const struct json *list,
			 struct json *sent)
{
	const struct document *d = document_find(&server->documents, list->key);
	const struct json *before = find(scope->published, list->key);
	struct buffer now;

	if (!is_reported_here(server, scope, list->key))
		return;
	buffer_init(&now, sent->arena);
	json_write(&now, list, JSON_PLAIN);
	json_put_text(sent, arena_printf(sent->arena, "%.*s", STR_ARG(list->key)).p,
		      buffer_text(&now));
	if (!before || (d && d->changed) || !str_eq(before->text, buffer_text(&now)))
		publish(server, list->key, list);
}

/* Publishes the lists of `all`, and takes back what is in none of them. */
static void publish_all(struct server *server, struct scope *scope, const struct json *all)
{
	struct arena *arena = arena_new();
	struct json *sent = json_map(arena);

	for (const struct json *list = json_first(all); list; list = list->next)
		publish_file(server, scope, list, sent);
	for (const struct json *m = json_first(scope->published); m; m = m->next)
		if (!find(all, m->key))
			publish_empty(server, m->key);
	arena_free(scope->sent);
	scope->sent = arena;
	scope->published = sent;
}

/* A text that changed and has no findings is reported as well, with its version. */
static void publish_clean(struct server *server, const struct scope *scope)
{
	for (struct document *d = server->documents.first; d; d = d->next)
		if (d->changed && scope_of_document(server, d) == scope)
			publish_empty(server, str_of(d->uri));
}

void publish_scope(struct server *server, struct scope *scope)
{
	const struct gpuplan_session *j = scope->latest;
	struct json *all = json_map(server->scratch);

	collect(server, scope, &j->sources, &j->findings, all);
	if (j->project.findings.n)
		collect(server, scope, &j->project.sources, &j->project.findings, all);
	publish_all(server, scope, all);
	publish_clean(server, scope);
}

void publish_nothing(struct server *server, struct scope *scope)
{
	publish_all(server, scope, NULL);
}
