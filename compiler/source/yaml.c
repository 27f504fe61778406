#include "compiler/source/yaml.h"

#include <stdlib.h>

#include "compiler/base/visible.h"
#include "compiler/source/reader_private.h"
#include "compiler/source/yaml_words.h"

void yaml_init(struct yaml *yaml, struct arena *arena, struct reporter reporter)
{
	*yaml = (struct yaml){.arena = arena,
			      .scratch = arena_new(),
			      .node_arena = arena_new(),
			      .reporter = reporter};
}

void yaml_done(struct yaml *yaml)
{
	yaml->scratch = arena_free(yaml->scratch);
	yaml->node_arena = arena_free(yaml->node_arena);
}

struct str yaml_text(const struct yaml *yaml, const struct node *scalar)
{
	if (scalar->cooked)
		return yaml->cooked[scalar->cooked];
	return (struct str){yaml->source->text.p + (scalar->at.at - yaml->source->base),
			    scalar->at.len};
}

bool yaml_is_null(const struct yaml *yaml, const struct node *node)
{
	struct str s;

	if (node->kind != NODE_SCALAR)
		return false;
	s = yaml_text(yaml, node);
	return s.n == 0 || (node->plain && (str_is(s, "~") || str_is(s, "null") ||
					    str_is(s, "Null") || str_is(s, "NULL")));
}

static struct span event_span(struct reader *r)
{
	size_t first = yaml_byte_of(r, r->event.start_mark.index);

	r->seen = yaml_byte_of(r, r->event.end_mark.index);
	return yaml_span_of(r, first, r->seen);
}

static bool next_event(struct reader *r)
{
	if (r->failed)
		return false;
	yaml_event_delete(&r->event);
	if (yaml_parser_parse(&r->parser, &r->event))
		return true;
	yaml_report_syntax(r);
	r->failed = true;
	return false;
}

static node_id new_node(struct yaml *yaml, enum node_kind kind, struct span at)
{
	node_id id = yaml->n_nodes++;

	if (id / YAML_CHUNK == yaml->n_chunks) {
		struct node **chunk = arena_push(yaml->node_arena, (void **)&yaml->chunks,
						 &yaml->n_chunks, &yaml->chunk_capacity,
						 sizeof *chunk);

		*chunk = arena_array(yaml->node_arena, YAML_CHUNK, sizeof **chunk);
	}
	*yaml_node(yaml, id) = (struct node){.kind = kind & 3, .at = at};
	return id;
}

static node_id broken_node(struct reader *r)
{
	return new_node(r->yaml, NODE_BROKEN, yaml_span_of(r, r->seen, r->seen));
}

/* Reports the anchors and tags before a node and returns where the node itself starts. */
static size_t report_properties(struct reader *r, size_t byte, size_t end)
{
	const char *p = r->text.p;

	while (byte < end && (p[byte] == '&' || p[byte] == '!')) {
		size_t past = skip_property(r->text, byte);

		past = past < end ? past : end;
		yaml_report_property(r, byte, past);
		byte = past;
		if (skip_space(r->text, byte) <= end)
			byte = skip_space(r->text, byte);
	}
	return byte;
}

static bool is_too_long(const char *value, size_t n)
{
	size_t characters = 0;

	if (n <= YAML_MAX_SCALAR)
		return false;
	for (size_t i = 0; i < n; i++)
		characters += ((unsigned char)value[i] & 0xc0) != 0x80;
	return characters > YAML_MAX_SCALAR;
}

static node_id read_scalar(struct reader *r)
{
	struct yaml *yaml = r->yaml;
	struct span at = event_span(r);
	size_t first = at.at - r->base, end = first + at.len;
	const char *value = (const char *)r->event.data.scalar.value;
	size_t n = r->event.data.scalar.length;
	yaml_scalar_style_t style = r->event.data.scalar.style;
	node_id id;

	if (r->event.data.scalar.anchor || r->event.data.scalar.tag)
		first = report_properties(r, first, end);
	first = first < end ? first : end;
	/* A block scalar ends where the next line starts. */
	if (style == YAML_LITERAL_SCALAR_STYLE || style == YAML_FOLDED_SCALAR_STYLE)
		while (end > first && memchr(" \t\r\n", r->text.p[end - 1], 4))
			end--;
	at = yaml_span_of(r, first, end);
	if (is_too_long(value, n)) {
		at.len = at.len < 40 ? at.len : 40;
		yaml_report_limit(r, at, "the value is too long: the limit is 65,536 characters");
		return new_node(yaml, NODE_BROKEN, at);
	}
	id = new_node(yaml, NODE_SCALAR, at);
	yaml_node(yaml, id)->plain = style == YAML_PLAIN_SCALAR_STYLE;
	if (n != at.len || memcmp(r->text.p + first, value, n) != 0) {
		struct str *cooked = arena_push(yaml->scratch, (void **)&yaml->cooked,
						&yaml->n_cooked, &yaml->cooked_capacity,
						sizeof *cooked);

		*cooked = arena_copy(yaml->arena, (struct str){value, n});
		yaml_node(yaml, id)->cooked = yaml->n_cooked - 1;
	}
	return id;
}

static node_id read_node(struct reader *r, unsigned depth);

static node_id read_alias(struct reader *r)
{
	struct span at = event_span(r);

	yaml_report_shared(r, at, "aliases");
	return new_node(r->yaml, NODE_BROKEN, at);
}

struct key_place {
	struct str text;
	node_id key;
};

static int by_text_then_place(const void *a, const void *b)
{
	const struct key_place *x = a, *y = b;
	int d = str_cmp(x->text, y->text);

	return d ? d : (x->key > y->key) - (x->key < y->key);
}

enum { FEW_KEYS = 24 };

/* A fast path that avoids sorting for most maps. */
static bool few_and_distinct(const struct yaml *yaml, const struct node *map)
{
	struct str seen[FEW_KEYS];
	uint32_t n = 0;

	if (map->n > FEW_KEYS)
		return false;
	for (node_id k = map->first; k; k = yaml_node(yaml, yaml_node(yaml, k)->next)->next) {
		const struct node *key = yaml_node(yaml, k);

		if (key->kind != NODE_SCALAR)
			continue;
		seen[n] = yaml_text(yaml, key);
		for (uint32_t i = 0; i < n; i++)
			if (str_eq(seen[i], seen[n]))
				return false;
		n++;
	}
	return true;
}

/* Returns the scalar keys of a map, sorted by text and then by place. */
static struct key_place *sorted_keys(const struct yaml *yaml, struct arena *scratch,
				     const struct node *map, uint32_t *out)
{
	struct key_place *keys = arena_array(scratch, map->n, sizeof *keys);
	uint32_t n = 0;

	for (node_id k = map->first; k; k = yaml_node(yaml, yaml_node(yaml, k)->next)->next)
		if (yaml_node(yaml, k)->kind == NODE_SCALAR)
			keys[n++] = (struct key_place){yaml_text(yaml, yaml_node(yaml, k)), k};
	if (n)
		qsort(keys, n, sizeof *keys, by_text_then_place);
	*out = n;
	return keys;
}

static void report_duplicate(const struct reader *r, struct arena *scratch,
			     const struct node *first, const struct key_place *again)
{
	struct str message = arena_printf(scratch, "duplicate key '%s'",
					  text_quote(scratch, again->text));

	yaml_report(r, &(struct problem){.rule = "yaml-duplicate-key",
					 .at = yaml_node(r->yaml, again->key)->at,
					 .message = message,
					 .help = "rename or remove one of the two",
					 .other = first->at,
					 .other_message = "first defined here"});
}

static void report_duplicates(const struct reader *r, node_id map)
{
	const struct yaml *yaml = r->yaml;
	struct arena *scratch;
	struct key_place *keys;
	uint32_t n, first = 0;

	if (!yaml->reporter.report || r->in_merge || few_and_distinct(yaml, yaml_node(yaml, map)))
		return;
	scratch = arena_new();
	keys = sorted_keys(yaml, scratch, yaml_node(yaml, map), &n);
	for (uint32_t i = 1; i < n; i++) {
		if (!str_eq(keys[i].text, keys[first].text)) {
			first = i;
			continue;
		}
		yaml_node(yaml, keys[i].key)->duplicate = true;
		report_duplicate(r, scratch, yaml_node(yaml, keys[first].key), &keys[i]);
	}
	arena_free(scratch);
}

/* True for the key of `<<: *base`. */
static bool is_merge_key(struct yaml *yaml, node_id key)
{
	const struct node *node = yaml_node(yaml, key);

	return node->kind == NODE_SCALAR && node->plain && str_is(yaml_text(yaml, node), "<<");
}

static void read_merge(struct reader *r, node_id key, unsigned depth)
{
	bool nested = r->in_merge;

	yaml_report_shared(r, yaml_node(r->yaml, key)->at, "merge keys");
	r->in_merge = true;
	read_node(r, depth);
	r->in_merge = nested;
}

static node_id read_collection(struct reader *r, enum node_kind kind, unsigned depth)
{
	struct yaml *yaml = r->yaml;
	struct span at = event_span(r);
	bool flow = kind == NODE_MAP
			    ? r->event.data.mapping_start.style == YAML_FLOW_MAPPING_STYLE
			    : r->event.data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
	bool property = kind == NODE_MAP ? r->event.data.mapping_start.anchor ||
						   r->event.data.mapping_start.tag
					 : r->event.data.sequence_start.anchor ||
						   r->event.data.sequence_start.tag;
	yaml_event_type_t end = kind == NODE_MAP ? YAML_MAPPING_END_EVENT : YAML_SEQUENCE_END_EVENT;
	node_id id, last = 0;

	if (property) {
		uint32_t first = (uint32_t)report_properties(r, at.at - r->base, r->text.n);

		at = (struct span){r->base + first, 0};
	}
	if (depth == YAML_MAX_NESTING) {
		yaml_report_limit(r, (struct span){at.at, at.len ? 1 : 0},
				  "maps and lists are nested more than 32 deep");
		r->failed = true;
		return new_node(yaml, NODE_BROKEN, at);
	}
	id = new_node(yaml, kind, (struct span){at.at, 0});
	while (next_event(r) && r->event.type != end) {
		node_id key = read_node(r, depth + 1), item = key;

		if (kind == NODE_MAP) {
			if (next_event(r) && is_merge_key(yaml, key)) {
				read_merge(r, key, depth + 1);
				yaml_node(yaml, id)->merged = true;
				continue;
			}
			item = read_node(r, depth + 1);
			yaml_node(yaml, key)->next = item;
		}
		if (last)
			yaml_node(yaml, last)->next = key;
		else
			yaml_node(yaml, id)->first = key;
		last = item;
		yaml_node(yaml, id)->n++;
	}
	/* A block collection ends with its last node: libyaml's end mark is the next token. */
	if (flow && !r->failed)
		at.len = span_end(event_span(r)) - at.at;
	else
		at.len = last ? span_end(yaml_node(yaml, last)->at) - at.at : 0;
	yaml_node(yaml, id)->at.len = at.len;
	if (kind == NODE_MAP)
		report_duplicates(r, id);
	return id;
}

static node_id read_node(struct reader *r, unsigned depth)
{
	if (r->failed)
		return broken_node(r);
	switch (r->event.type) {
	case YAML_SCALAR_EVENT:
		return read_scalar(r);
	case YAML_ALIAS_EVENT:
		return read_alias(r);
	case YAML_MAPPING_START_EVENT:
		return read_collection(r, NODE_MAP, depth);
	default:
		return read_collection(r, NODE_LIST, depth);
	}
}

static void read_documents(struct reader *r)
{
	while (next_event(r) && r->event.type != YAML_STREAM_END_EVENT) {
		node_id *document;

		if (r->event.type != YAML_DOCUMENT_START_EVENT)
			continue;
		if (!next_event(r))
			break;
		/* Read the node first: it allocates from the same arena. */
		node_id top = read_node(r, 0);

		document = arena_push(r->yaml->scratch, (void **)&r->yaml->documents,
				      &r->yaml->n_documents, &r->yaml->document_capacity,
				      sizeof *document);
		*document = top;
		if (!next_event(r))
			break;
	}
}

static void forget(struct yaml *yaml)
{
	arena_reset(yaml->scratch);
	yaml->cooked = NULL;
	yaml->documents = NULL;
	yaml->n_nodes = 0;
	yaml->n_cooked = yaml->cooked_capacity = 0;
	yaml->n_documents = yaml->document_capacity = 0;
	new_node(yaml, NODE_BROKEN, (struct span){0, 0}); /* id 0 means no node */
	arena_push(yaml->scratch, (void **)&yaml->cooked, &yaml->n_cooked, &yaml->cooked_capacity,
		   sizeof *yaml->cooked); /* index 0 means no cooked text */
}

static void free_parser(void *reader)
{
	struct reader *r = reader;

	yaml_event_delete(&r->event);
	yaml_parser_delete(&r->parser);
}

static void parse(struct reader *r)
{
	struct str whole = r->text;
	struct cleanup cleanup;

	r->text.n = yaml_check_text(r);
	r->cut_short = r->text.n < whole.n;
	if (!yaml_parser_initialize(&r->parser))
		arena_oom();
	cleanup_push(&cleanup, free_parser, r);
	yaml_parser_set_encoding(&r->parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&r->parser, (const unsigned char *)r->text.p, r->text.n);
	read_documents(r);
	cleanup_pop(&cleanup);
	free_parser(r);
	/* Still set only if no syntax error came before it. */
	if (r->cut_short)
		yaml_report_text(r, (struct str){whole.p + r->text.n, whole.n - r->text.n});
	r->failed |= r->text.n < whole.n;
}

void yaml_parse(struct yaml *yaml, const struct source *source)
{
	struct reader r = {.yaml = yaml, .text = source->text, .base = source->base};

	forget(yaml);
	yaml->source = source;
	if (has_mark(r.text)) {
		r.text.p += 3;
		r.text.n -= 3;
		r.base += 3;
	}
	if (source->cut)
		yaml_report_limit(&r, (struct span){r.base, 0}, "the file is larger than 64 MiB");
	else
		parse(&r);
	yaml->broke_off = r.failed || source->cut;
}
