/* The outline of a file: hosts with their GPUs, VMs, and profiles of both. */
#include "compiler/cli/lsp/message.h"
#include "compiler/cli/lsp/methods.h"
#include "compiler/cli/lsp/place.h"

/* LSP's SymbolKind */
enum symbol_kind { SYMBOL_MODULE = 2, SYMBOL_CLASS = 5, SYMBOL_FIELD = 8, SYMBOL_OBJECT = 19 };

struct outline {
	struct server *server;
	const struct scope *scope;
	const struct source *source;
	struct json *list;
};

static bool is_here(const struct outline *o, struct span at)
{
	return at.at >= o->source->base && at.at - o->source->base <= o->source->text.n;
}

static struct json *range(const struct outline *o, struct span at)
{
	return range_in_source(o->server, &o->scope->latest->sources, at);
}

/* From the name to the end of the section. */
static struct span whole(const struct named_spec *spec)
{
	uint32_t end = span_end(spec->at), own = span_end(spec->name.at);

	return (struct span){spec->name.at.at, (end > own ? end : own) - spec->name.at.at};
}

static struct json *symbol(const struct outline *o, const struct named_spec *spec,
			   enum symbol_kind kind)
{
	struct json *s = json_map(o->server->scratch), *place;

	json_put_text(s, "name", spec->name.s);
	json_put_number(s, "kind", kind);
	if (o->server->client.symbol_tree) {
		json_put(s, "range", range(o, whole(spec)));
		json_put(s, "selectionRange", range(o, spec->name.at));
		return s;
	}
	place = json_put_map(s, "location");
	json_put_text(place, "uri", source_uri(o->server, o->scope, o->source));
	json_put(place, "range", range(o, whole(spec)));
	return s;
}

static void add_hosts(struct outline *o, const struct host_list *hosts, enum symbol_kind kind)
{
	for (uint32_t i = 0; i < hosts->n; i++) {
		const struct host_spec *host = hosts->items[i];
		struct json *s, *gpus;

		if (!is_here(o, host->name.at))
			continue;
		s = symbol(o, (const struct named_spec *)host, kind);
		gpus = json_list(o->server->scratch);
		for (uint32_t k = 0; k < host->gpus.n && o->server->client.symbol_tree; k++)
			/* GPUs of a profile are listed in the profile. */
			if (is_here(o, host->gpus.items[k].name.at) &&
			    span_within(host->gpus.items[k].name.at, host->at))
				json_append(gpus,
					    symbol(o,
						   (const struct named_spec *)&host->gpus.items[k],
						   SYMBOL_FIELD));
		if (o->server->client.symbol_tree)
			json_put(s, "children", gpus);
		json_append(o->list, s);
	}
}

static void add_vms(struct outline *o, const struct vm_list *vms, enum symbol_kind kind)
{
	for (uint32_t i = 0; i < vms->n; i++)
		if (is_here(o, vms->items[i]->name.at))
			json_append(o->list,
				    symbol(o, (const struct named_spec *)vms->items[i], kind));
}

struct json *answer_symbols(struct server *server, const struct json *params)
{
	const struct document *d = document_find(&server->documents,
						 member_text(params, "textDocument.uri"));
	struct outline o = {.server = server};

	o.scope = d ? scope_of_document(server, d) : NULL;
	o.source = o.scope ? judged_source(o.scope->latest, d) : NULL;
	if (!o.source)
		return NULL;
	o.list = json_list(server->scratch);
	add_hosts(&o, &o.scope->latest->spec.hosts, SYMBOL_CLASS);
	add_hosts(&o, &o.scope->latest->spec.host_profiles, SYMBOL_MODULE);
	add_vms(&o, &o.scope->latest->spec.vms, SYMBOL_OBJECT);
	add_vms(&o, &o.scope->latest->spec.profiles, SYMBOL_MODULE);
	return o.list;
}
