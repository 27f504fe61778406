#include "compiler/yaml.h"

#include <stdlib.h>
#include <yaml.h>

#include "compiler/utf8.h"

/* One run over one source: libyaml counts characters, spans count bytes. */
struct reader {
	struct yaml *yaml;
	yaml_parser_t parser;
	yaml_event_t event;
	bool failed;
	struct str text; /* without its byte order mark, up to what is no text */
	uint32_t base;   /* of text on the number line */
	bool ascii;
	bool cut_short; /* the text goes on behind `text`, with a byte that no spec can hold */
	size_t character, byte; /* the same place in both counts */
	size_t seen;            /* end of the last event */
};

void yaml_init(struct yaml *yaml, struct arena *arena, struct findings *findings)
{
	*yaml = (struct yaml){.arena = arena, .scratch = arena_new(), .findings = findings};
}

void yaml_done(struct yaml *yaml)
{
	yaml->scratch = arena_free(yaml->scratch);
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

/* Events come in order, so this walks the text once, and back a little at the ends of blocks. */
static size_t byte_of(struct reader *r, size_t character)
{
	const char *p = r->text.p;

	if (r->ascii)
		return character < r->text.n ? character : r->text.n;
	while (r->character < character && r->byte < r->text.n) {
		r->byte++;
		while (r->byte < r->text.n && ((unsigned char)p[r->byte] & 0xc0) == 0x80)
			r->byte++;
		r->character++;
	}
	while (r->character > character && r->byte > 0) {
		r->byte--;
		while (r->byte > 0 && ((unsigned char)p[r->byte] & 0xc0) == 0x80)
			r->byte--;
		r->character--;
	}
	return r->byte;
}

static struct span span_of(struct reader *r, size_t first_byte, size_t end_byte)
{
	return (struct span){r->base + (uint32_t)first_byte, (uint32_t)(end_byte - first_byte)};
}

static struct span event_span(struct reader *r)
{
	size_t first = byte_of(r, r->event.start_mark.index);

	r->seen = byte_of(r, r->event.end_mark.index);
	return span_of(r, first, r->seen);
}

/* What libyaml says in its own words, and what to do about it. */
static const struct {
	const char *problem, *help;
} syntax_help[] = {
	{"mapping values are not allowed in this context",
	 "put the key on a line of its own, or quotes around a value that holds ': '"},
	{"did not find expected key",
	 "keys of one map start in the same column, and a value that starts with a quote ends with it"},
	{"could not find expected ':'", "a key is followed by ': ' and its value"},
	{"found character that cannot start any token",
	 "indent with blanks, not tabs; put quotes around a value that starts with @ or `"},
	{"found a tab character that violates indentation", "indent with blanks, not tabs"},
	{"did not find expected ',' or ']'", "close the list with ']', or put ',' between its items"},
	{"did not find expected ',' or '}'", "close the map with '}', or put ',' between its entries"},
	{"found unexpected end of stream", "a quote is not closed"},
	{"block sequence entries are not allowed in this context",
	 "start the list on a line of its own below its key"},
	{"did not find expected '-' indicator", "items of one list start in the same column"},
};

static void report_syntax(struct reader *r)
{
	const yaml_parser_t *p = &r->parser;
	const char *problem = p->problem ? p->problem : "cannot be read";
	size_t byte, end;
	struct finding *f;

	if (p->error == YAML_MEMORY_ERROR)
		arena_oom();
	if (!r->yaml->findings)
		return;
	byte = byte_of(r, p->problem_mark.index);
	/* What goes wrong at the cut has the bad byte as its cause, which is reported. */
	if (r->cut_short && byte >= r->text.n)
		return;
	end = byte < r->text.n && r->text.p[byte] != '\n' && r->text.p[byte] != '\r' ? byte + 1 : byte;
	f = finding_add(r->yaml->findings, "yaml-syntax", SEVERITY_ERROR, span_of(r, byte, end),
			"%s%s%s", p->context ? p->context : "", p->context ? ": " : "", problem);
	r->cut_short = false;
	for (size_t i = 0; i < sizeof syntax_help / sizeof *syntax_help; i++)
		if (strcmp(problem, syntax_help[i].problem) == 0)
			finding_help(r->yaml->findings, f, "%s", syntax_help[i].help);
	if (p->context && p->context_mark.line != p->problem_mark.line) {
		byte = byte_of(r, p->context_mark.index);
		finding_note(r->yaml->findings, f, span_of(r, byte, byte), "it started here");
	}
}

/* NEL, LS and PS end a line for YAML 1.1 and for libyaml, and for neither YAML 1.2 nor an editor:
 * what looks like a comment to one would be a key to the other. */
static bool is_line_end(uint32_t code)
{
	return code == 0x85 || code == 0x2028 || code == 0x2029;
}

static bool is_text(uint32_t code)
{
	if (code < 0xa0)
		return (code >= 0x20 && code < 0x7f) || code == '\t' || code == '\n' || code == '\r';
	return !is_line_end(code) && code != 0xfffe && code != 0xffff;
}

/* Where the text stops being one: its length when it does not. */
static size_t check_text(struct reader *r)
{
	struct str rest = r->text;

	r->ascii = true;
	while (rest.n) {
		unsigned char c = (unsigned char)*rest.p;
		uint32_t code = c;
		size_t n = c < 0x80 ? 1 : utf8_character(rest, &code);

		if (n == 0 || !is_text(code))
			break;
		r->ascii &= n == 1;
		rest.p += n;
		rest.n -= n;
	}
	return r->text.n - rest.n;
}

/* The rest of the text starts with what no spec can hold. */
static void report_text(struct reader *r, struct str rest)
{
	struct findings *findings = r->yaml->findings;
	unsigned char c = (unsigned char)*rest.p;
	uint32_t code = 0;
	size_t n = utf8_character(rest, &code);
	struct span at = span_of(r, r->text.n, r->text.n + (n ? n : 1));
	struct finding *f;

	if (n == 0) {
		bool wide = r->text.n == 0 && (c == 0xff || c == 0xfe);

		f = finding_add(findings, "yaml-syntax", SEVERITY_ERROR, at,
				"this is not text in UTF-8: byte 0x%02X", c);
		finding_help(findings, f,
			     wide ? "the file looks like UTF-16: save it as UTF-8" : "a spec is text in UTF-8");
	} else if (is_line_end(code)) {
		f = finding_add(findings, "yaml-syntax", SEVERITY_ERROR, at,
				"U+%04X ends a line for some readers of YAML and not for others", code);
		finding_help(findings, f, "end lines with LF or CR LF, and remove this character");
	} else {
		f = finding_add(findings, "yaml-syntax", SEVERITY_ERROR, at,
				"control characters are not allowed: U+%04X", code);
		finding_help(findings, f, "a spec is text in UTF-8");
	}
}

static bool next_event(struct reader *r)
{
	if (r->failed)
		return false;
	yaml_event_delete(&r->event);
	if (yaml_parser_parse(&r->parser, &r->event))
		return true;
	report_syntax(r);
	r->failed = true;
	return false;
}

static node_id new_node(struct yaml *yaml, enum node_kind kind, struct span at)
{
	node_id id = yaml->n_nodes++;

	if (id % YAML_CHUNK == 0) {
		struct node **chunk = arena_push(yaml->scratch, (void **)&yaml->chunks, &yaml->n_chunks,
						 &yaml->chunk_capacity, sizeof *chunk);

		*chunk = arena_array(yaml->scratch, YAML_CHUNK, sizeof **chunk);
	}
	*yaml_node(yaml, id) = (struct node){.kind = (uint8_t)kind, .at = at};
	return id;
}

static node_id broken_node(struct reader *r)
{
	return new_node(r->yaml, NODE_BROKEN, span_of(r, r->seen, r->seen));
}

static void report_limit(struct reader *r, struct span at, const char *what)
{
	if (r->yaml->findings)
		finding_add(r->yaml->findings, "yaml-limit", SEVERITY_ERROR, at, "%s", what);
}

/* Blanks, line ends and comments. */
static size_t skip_blanks(struct str text, size_t byte)
{
	while (byte < text.n && memchr(" \t\r\n#", text.p[byte], 5)) {
		if (text.p[byte] == '#')
			while (byte < text.n && text.p[byte] != '\n' && text.p[byte] != '\r')
				byte++;
		else
			byte++;
	}
	return byte;
}

/* The end of an anchor or tag; `!<tag:yaml.org,2002:str>` may hold what ends the others. */
static size_t skip_property(struct str text, size_t byte)
{
	bool verbatim = text.p[byte] == '!' && byte + 1 < text.n && text.p[byte + 1] == '<';

	while (byte < text.n && !memchr(verbatim ? ">\r\n" : " \t\r\n,[]{}", text.p[byte],
					verbatim ? 3 : 9))
		byte++;
	return verbatim && byte < text.n && text.p[byte] == '>' ? byte + 1 : byte;
}

static void report_shared(struct reader *r, struct span at, const char *what)
{
	struct findings *findings = r->yaml->findings;

	if (findings)
		finding_help(findings,
			     finding_add(findings, "yaml-alias", SEVERITY_ERROR, at,
					 "%s are not part of the spec language", what),
			     "put what several hosts or VMs share into host_profiles or profiles");
}

static void report_property(struct reader *r, size_t first, size_t past)
{
	struct findings *findings = r->yaml->findings;
	struct span at = span_of(r, first, past);

	if (r->text.p[first] == '&')
		report_shared(r, at, "anchors");
	else if (findings)
		finding_help(findings,
			     finding_add(findings, "yaml-alias", SEVERITY_ERROR, at,
					 "tags are not part of the spec language"),
			     "remove it: the key decides what its value is");
}

/* Anchors and tags stand before their node: reports each and returns where the node itself
 * starts. */
static size_t report_properties(struct reader *r, size_t byte, size_t end)
{
	const char *p = r->text.p;

	while (byte < end && (p[byte] == '&' || p[byte] == '!')) {
		size_t past = skip_property(r->text, byte);

		report_property(r, byte, past);
		byte = past;
		if (skip_blanks(r->text, byte) <= end)
			byte = skip_blanks(r->text, byte);
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
	/* A block scalar ends where the next line starts. */
	if (style == YAML_LITERAL_SCALAR_STYLE || style == YAML_FOLDED_SCALAR_STYLE)
		while (end > first && memchr(" \t\r\n", r->text.p[end - 1], 4))
			end--;
	at = span_of(r, first, end);
	if (is_too_long(value, n)) {
		at.len = at.len < 40 ? at.len : 40;
		report_limit(r, at, "the value is too long: the limit is 65,536 characters");
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

	report_shared(r, at, "aliases");
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

/* Sorts the keys of a map: n log n however many there are. */
static void report_duplicates(struct reader *r, node_id map)
{
	struct yaml *yaml = r->yaml;
	struct key_place *keys;
	uint32_t n = 0, first = 0;

	if (yaml_node(yaml, map)->n < 2 || !yaml->findings)
		return;
	keys = arena_array(yaml->scratch, yaml_node(yaml, map)->n, sizeof *keys);
	for (node_id k = yaml_node(yaml, map)->first; k;) {
		const struct node *key = yaml_node(yaml, k);

		if (key->kind == NODE_SCALAR)
			keys[n++] = (struct key_place){yaml_text(yaml, key), k};
		k = yaml_node(yaml, key->next)->next;
	}
	qsort(keys, n, sizeof *keys, by_text_then_place);
	for (uint32_t i = 1; i < n; i++) {
		struct node *key = yaml_node(yaml, keys[i].key);
		struct finding *f;

		if (!str_eq(keys[i].text, keys[first].text)) {
			first = i;
			continue;
		}
		key->duplicate = true;
		f = finding_add(yaml->findings, "yaml-duplicate-key", SEVERITY_ERROR, key->at,
				"'%s' stands in this map already",
				finding_quote(yaml->findings, keys[i].text));
		finding_note(yaml->findings, f, yaml_node(yaml, keys[first].key)->at, "the first one");
		finding_help(yaml->findings, f, "remove one of the two, or rename it");
	}
}

/* `<<: *base`: one finding for the key and what it merges. */
static bool is_merge_key(struct yaml *yaml, node_id key)
{
	const struct node *node = yaml_node(yaml, key);

	return node->kind == NODE_SCALAR && node->plain && str_is(yaml_text(yaml, node), "<<");
}

static void read_merge(struct reader *r, node_id key, unsigned depth)
{
	struct yaml *yaml = r->yaml;
	uint32_t before;

	report_shared(r, yaml_node(yaml, key)->at, "merge keys");
	before = yaml->findings ? yaml->findings->n : 0;
	read_node(r, depth);
	if (!r->failed && yaml->findings)
		yaml->findings->n = before;
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
		report_limit(r, (struct span){at.at, at.len ? 1 : 0},
			     "maps and lists are nested too deeply: the limit is 32 levels");
		r->failed = true;
		return new_node(yaml, NODE_BROKEN, at);
	}
	id = new_node(yaml, kind, (struct span){at.at, 0});
	while (next_event(r) && r->event.type != end) {
		node_id key = read_node(r, depth + 1), item = key;

		if (kind == NODE_MAP) {
			if (next_event(r) && is_merge_key(yaml, key)) {
				read_merge(r, key, depth + 1);
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
	/* A block has no end of its own; libyaml's mark for it is the next token. */
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
		/* The node may move the array of documents' neighbours; push behind it. */
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
	yaml->chunks = NULL;
	yaml->cooked = NULL;
	yaml->documents = NULL;
	yaml->n_nodes = yaml->n_chunks = yaml->chunk_capacity = 0;
	yaml->n_cooked = yaml->cooked_capacity = 0;
	yaml->n_documents = yaml->document_capacity = 0;
	new_node(yaml, NODE_BROKEN, (struct span){0, 0}); /* 0 is no node */
	arena_push(yaml->scratch, (void **)&yaml->cooked, &yaml->n_cooked, &yaml->cooked_capacity,
		   sizeof *yaml->cooked); /* nor a cooked text */
}

static void parse(struct reader *r)
{
	struct str whole = r->text;

	r->text.n = check_text(r);
	r->cut_short = r->text.n < whole.n;
	if (!yaml_parser_initialize(&r->parser))
		arena_oom();
	yaml_parser_set_encoding(&r->parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&r->parser, (const unsigned char *)r->text.p, r->text.n);
	read_documents(r);
	yaml_event_delete(&r->event);
	yaml_parser_delete(&r->parser);
	/* Unless something before it has gone wrong already. */
	if (r->cut_short && r->yaml->findings)
		report_text(r, (struct str){whole.p + r->text.n, whole.n - r->text.n});
	r->failed |= r->text.n < whole.n;
}

void yaml_parse(struct yaml *yaml, const struct source *source)
{
	struct reader r = {.yaml = yaml, .text = source->text, .base = source->base};

	forget(yaml);
	yaml->source = source;
	if (source_has_mark(r.text)) {
		r.text.p += 3;
		r.text.n -= 3;
		r.base += 3;
	}
	if (source->cut)
		report_limit(&r, (struct span){r.base, 0},
			     "the file is too large: the limit is 64 MiB");
	else
		parse(&r);
	yaml->broke_off = r.failed || source->cut;
}
