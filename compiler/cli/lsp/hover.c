/* Hover: what a key takes, what a name refers to, and why a rule has a finding here. */
#include "compiler/cli/lsp/facts.h"
#include "compiler/cli/lsp/message.h"
#include "compiler/cli/lsp/methods.h"
#include "compiler/cli/lsp/shape.h"
#include "compiler/finding/rule_page.h"
#include "compiler/model/decode.h"
#include "rules/rules.h"
#include "schema/reference.h"

static void add_key(struct buffer *out, const struct key *key)
{
	struct str facts = key_facts(out->arena, key, false);

	buffer_printf(out, "**%s**: %.*s", key->name, STR_ARG(decode_expected(out->arena, key)));
	if (facts.n)
		buffer_printf(out, " *(%.*s)*", STR_ARG(facts));
	buffer_puts(out, "\n\n");
	reference_doc(out, key);
	buffer_puts(out, "\n");
}

static void add_fact(struct buffer *out, struct str name, struct str facts)
{
	buffer_printf(out, "**%.*s**: %.*s\n\n", STR_ARG(name), STR_ARG(facts));
}

static void add_board(struct buffer *out, struct catalog *catalog, struct str id)
{
	const struct board *board = catalog_board(catalog, id);

	if (!board)
		board = catalog_board_by_pci(catalog, id, NULL);
	if (board)
		add_fact(out, board->id, board_facts(out->arena, board));
}

/* What the catalog or the plan knows about a value. */
static void add_value(struct buffer *out, const struct asked *asked, const struct section *owner,
		      const struct key *key)
{
	struct catalog *catalog = asked->server->catalog;
	struct str word = word_here(asked);
	const struct host *host = host_around(asked);

	if (is_key_of(owner, key, &gpu_section, "board")) {
		add_board(out, catalog, word);
	} else if (strcmp(key->name, "vgpu") == 0) {
		const struct vgpu_type *type = catalog_vgpu_type(catalog, word);

		if (type)
			add_fact(out, type->full_name, vgpu_facts(out->arena, type));
	} else if (is_key_of(owner, key, &vm_section, "host")) {
		if (host)
			add_fact(out, host->spec->name.s, host_facts(out->arena, host));
	} else if (key->grammar == GRAMMAR_GPU_ID && host) {
		const struct gpu *gpu = host_gpu(host, word);

		if (!gpu)
			return;
		add_fact(out, gpu->spec->name.s, gpu_facts(out->arena, gpu));
		if (gpu->board)
			add_fact(out, gpu->board->id, board_facts(out->arena, gpu->board));
	}
}

/* On the name of a host or GPU in its definition. */
static void add_name(struct buffer *out, const struct asked *asked, const struct shape *shape)
{
	const struct host *host = host_around(asked);
	const struct gpu *gpu;

	if (!asked->names || !shape->key)
		return;
	if (is_key_of(shape->owner, shape->key, &document_section, "hosts")) {
		host = plan_host(asked->names->plan, word_here(asked));
		if (host)
			add_fact(out, host->spec->name.s, host_facts(out->arena, host));
	} else if (is_key_of(shape->owner, shape->key, &host_section, "gpus") && host) {
		gpu = host_gpu(host, word_here(asked));
		if (gpu)
			add_fact(out, gpu->spec->name.s, gpu_facts(out->arena, gpu));
	}
}

static void add_word(struct buffer *out, const struct asked *asked)
{
	const struct context *at = asked->context;
	const struct section *owner;
	const struct key *key;
	struct shape shape;

	if (at->kind != CONTEXT_NODE || at->start == at->end)
		return;
	shape = shape_here(asked);
	if (at->is_key) {
		key = shape.kind == SHAPE_MAP ? section_key(shape.section, word_here(asked)) : NULL;
		if (key)
			add_key(out, key);
		else if (shape.kind == SHAPE_NAMES)
			add_name(out, asked, &shape);
		return;
	}
	key = value_key(asked, &owner);
	if (!key)
		return;
	add_value(out, asked, owner, key);
	add_key(out, key);
}

static void add_rule(struct buffer *out, const struct page_facts *facts, const struct finding *f)
{
	const struct rule *rule = rule_find(str_of(f->rule));
	struct rule filled;

	buffer_printf(out, "%s**%s** *(%s)*\n\n", out->n ? "\n---\n\n" : "", f->rule,
		      severity_name(f->severity));
	if (!rule)
		return;
	filled = rule_with_facts(rule, facts, out->arena);
	buffer_printf(out, "%s\n\n%s\n\nSource: %s\n", filled.what, filled.why, filled.source);
}

static bool touches(const struct finding *f, uint32_t at)
{
	return at >= f->at.at && at <= span_end(f->at);
}

/* The rules of the findings at the cursor, each once. */
static void add_findings(struct buffer *out, const struct asked *asked)
{
	const struct findings *findings;
	const struct source *source;
	struct page_facts facts = {catalog_fact_text, asked->server->catalog};
	const char *last = "";

	if (!asked->scope)
		return;
	findings = &asked->scope->latest->findings;
	source = judged_source(asked->scope->latest, asked->document);
	for (uint32_t i = 0; source && i < findings->n; i++) {
		const struct finding *f = &findings->items[i];

		if (!touches(f, source->base + (uint32_t)asked->cursor) ||
		    strcmp(last, f->rule) == 0)
			continue;
		add_rule(out, &facts, f);
		last = f->rule;
	}
}

struct json *answer_hover(struct server *server, const struct json *params)
{
	struct asked asked;
	struct buffer out;
	struct json *hover, *contents;

	if (!asked_at(&asked, server, params))
		return NULL;
	buffer_init(&out, server->scratch);
	add_word(&out, &asked);
	add_findings(&out, &asked);
	if (out.n == 0)
		return NULL;
	hover = json_map(server->scratch);
	contents = json_put_map(hover, "contents");
	json_put_text(contents, "kind", STR("markdown"));
	json_put_text(contents, "value", buffer_text(&out));
	json_put(hover, "range",
		 range_of_offsets(server->scratch, document_text(asked.document),
				  server->client.encoding, asked.context->start,
				  asked.context->end));
	return hover;
}
