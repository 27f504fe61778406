/* Code actions: the fixes of the findings. */
#include "compiler/cli/lsp/message.h"
#include "compiler/cli/lsp/methods.h"
#include "compiler/cli/lsp/publish.h"

struct request {
	struct server *server;
	const struct document *document;
	const struct scope *scope;
	const struct source *source;
	size_t start, end; /* the range in question */
};

static bool read_offset(const struct request *r, const struct json *range, const char *line_path,
			const char *character_path, size_t *out)
{
	uint32_t line, character;

	if (!member_number(range, line_path, &line) ||
	    !member_number(range, character_path, &character))
		return false;
	*out = offset_of_position(document_text(r->document), r->server->client.encoding, line,
				  character);
	return true;
}

static bool read_request(struct request *r, struct server *server, const struct json *params)
{
	const struct json *range = member(params, "range");

	*r = (struct request){.server = server};
	r->document = document_find(&server->documents, member_text(params, "textDocument.uri"));
	r->scope = r->document ? scope_of_document(server, r->document) : NULL;
	r->source = r->scope ? judged_source(r->scope->latest, r->document) : NULL;
	return r->source && read_offset(r, range, "start.line", "start.character", &r->start) &&
	       read_offset(r, range, "end.line", "end.character", &r->end);
}

/* The client may name the kinds that it wants. */
static bool is_wanted(const struct json *params)
{
	return !member(params, "context.only") || member_lists(params, "context.only", "quickfix");
}

static struct json *text_edit(const struct request *r, const struct edit *edit)
{
	struct json *o = json_map(r->server->scratch);

	json_put(o, "range", range_in_source(r->server, &r->scope->latest->sources, edit->at));
	json_put_text(o, "newText", edit->with);
	return o;
}

/* {"textDocument": …, "edits": []}, with the version that the edits are for. */
static struct json *document_edit(const struct request *r, struct str uri, struct json *edits)
{
	const struct document *d = document_find(&r->server->documents, uri);
	struct json *o = json_map(r->server->scratch);
	struct json *text = json_put_map(o, "textDocument");

	json_put_text(text, "uri", uri);
	if (d && d->has_version)
		json_put_number(text, "version", d->version);
	else
		json_put(text, "version", NULL);
	json_put(o, "edits", edits);
	return o;
}

/* {"documentChanges": …} or the older {"changes": …}. Edits are sorted by
 * place, so those of one file follow each other. */
static struct json *workspace_edit(const struct request *r, const struct fix *fix)
{
	bool versions = r->server->client.document_changes;
	struct arena *arena = r->server->scratch;
	struct json *o = json_map(arena), *edits = NULL;
	struct json *changes = versions ? json_put_list(o, "documentChanges")
					: json_put_map(o, "changes");
	const struct source *last = NULL;

	for (uint32_t i = 0; i < fix->n_edits; i++) {
		const struct source *source = source_of(&r->scope->latest->sources,
							fix->edits[i].at);
		struct str uri = source_uri(r->server, r->scope, source);

		if (source != last) {
			edits = json_list(arena);
			if (versions)
				json_append(changes, document_edit(r, uri, edits));
			else
				json_put(changes, arena_printf(arena, "%.*s", STR_ARG(uri)).p,
					 edits);
			last = source;
		}
		json_append(edits, text_edit(r, &fix->edits[i]));
	}
	return o;
}

static struct json *action_of(const struct request *r, const struct finding *f)
{
	struct json *o = json_map(r->server->scratch);

	json_put_text(o, "title", f->fix.description);
	json_put_text(o, "kind", STR("quickfix"));
	json_append(json_put_list(o, "diagnostics"),
		    diagnostic_of(r->server, r->scope, &r->scope->latest->sources, f));
	/* An editor may apply a preferred action without asking. */
	if (f->fix.safe)
		json_put_flag(o, "isPreferred", true);
	json_put(o, "edit", workspace_edit(r, &f->fix));
	return o;
}

struct json *answer_code_actions(struct server *server, const struct json *params)
{
	const struct findings *findings;
	struct request r;
	struct json *list;

	if (!read_request(&r, server, params) || !is_wanted(params) ||
	    !server->client.code_action_literals)
		return NULL;
	list = json_list(server->scratch);
	findings = &r.scope->latest->findings;
	for (uint32_t i = 0; i < findings->n; i++) {
		const struct finding *f = &findings->items[i];

		if (f->fix.given && span_end(f->at) >= r.source->base + r.start &&
		    f->at.at <= r.source->base + r.end && f->at.at >= r.source->base)
			json_append(list, action_of(&r, f));
	}
	return list;
}
