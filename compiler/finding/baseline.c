#include "compiler/finding/baseline.h"

#include <inttypes.h>
#include <stdlib.h>

#include "compiler/base/json.h"

/* --- from findings --- */

static int by_rule_and_path(const void *a, const void *b)
{
	const struct baseline_entry *x = a, *y = b;
	int d = str_cmp(x->rule, y->rule);

	return d ? d : str_cmp(x->path, y->path);
}

/* Sorts, and adds up what stands there several times. */
static void finish(struct baseline *b)
{
	uint32_t kept = 0;

	if (b->n)
		qsort(b->entries, b->n, sizeof *b->entries, by_rule_and_path);
	for (uint32_t i = 0; i < b->n; i++) {
		if (kept && by_rule_and_path(&b->entries[kept - 1], &b->entries[i]) == 0)
			b->entries[kept - 1].count += b->entries[i].count;
		else
			b->entries[kept++] = b->entries[i];
	}
	b->n = kept;
}

static void push(struct baseline *b, struct arena *arena, struct baseline_entry entry)
{
	struct baseline_entry *e = arena_push(arena, (void **)&b->entries, &b->n, &b->capacity,
					      sizeof *e);

	*e = entry;
}

static bool is_never_off(const struct finding *f, rule_finder *find)
{
	const struct rule *rule = find(str_of(f->rule));

	return !rule || rule->flags & RULE_NEVER_OFF;
}

struct baseline baseline_of(struct arena *arena, const struct findings *findings, rule_finder *find)
{
	struct baseline b = {0};

	for (uint32_t i = 0; i < findings->n; i++) {
		const struct finding *f = &findings->items[i];

		if (!f->hidden && !is_never_off(f, find))
			push(&b, arena, (struct baseline_entry){str_of(f->rule), f->path, 1});
	}
	finish(&b);
	return b;
}

uint32_t baseline_hide(const struct baseline *baseline, struct arena *arena,
		       struct findings *findings, rule_finder *find, uint32_t *gone)
{
	uint32_t *left = arena_array(arena, baseline->n, sizeof *left), hidden = 0;

	for (uint32_t i = 0; i < baseline->n; i++)
		left[i] = baseline->entries[i].count;
	for (uint32_t i = 0; baseline->n && i < findings->n; i++) {
		struct finding *f = &findings->items[i];
		struct baseline_entry key = {str_of(f->rule), f->path, 0}, *e;

		e = bsearch(&key, baseline->entries, baseline->n, sizeof *e, by_rule_and_path);
		if (f->hidden || !e || !left[e - baseline->entries] || is_never_off(f, find))
			continue;
		left[e - baseline->entries]--;
		f->hidden = true;
		hidden++;
	}
	*gone = 0;
	for (uint32_t i = 0; i < baseline->n; i++)
		*gone += left[i];
	return hidden;
}

/* --- to JSON: one entry a line, for diffs --- */

static void print_entry(const struct baseline_entry *entry, struct buffer *out)
{
	json_object *o = json_map();

	json_put_text(o, "rule", entry->rule);
	json_put_text(o, "path", entry->path);
	json_put_number(o, "count", entry->count);
	buffer_puts(out, json_line(o));
	json_object_put(o);
}

void baseline_print(const struct baseline *baseline, struct buffer *out)
{
	buffer_puts(out, "{\"version\": 1, \"findings\": [");
	for (uint32_t i = 0; i < baseline->n; i++) {
		buffer_puts(out, i ? ",\n  " : "\n  ");
		print_entry(&baseline->entries[i], out);
	}
	buffer_puts(out, "]}\n");
}

/* --- from JSON --- */

static bool read_text(json_object *o, const char *key, struct arena *arena, struct str *out)
{
	json_object *text;

	if (!json_object_object_get_ex(o, key, &text) ||
	    !json_object_is_type(text, json_type_string))
		return false;
	*out = arena_copy(arena, (struct str){json_object_get_string(text),
					      (size_t)json_object_get_string_len(text)});
	return true;
}

static bool read_number(json_object *o, const char *key, int64_t max, int64_t *out)
{
	json_object *n;

	if (!json_object_object_get_ex(o, key, &n) || !json_object_is_type(n, json_type_int))
		return false;
	*out = json_object_get_int64(n);
	return *out >= 1 && *out <= max;
}

/* NULL, or what is wrong with it. */
static const char *read_entries(json_object *top, struct arena *arena, struct baseline *baseline)
{
	enum { MOST = 1 << 24 }; /* of one entry: what is added up stays a number */
	json_object *list;
	int64_t n;

	if (!json_object_is_type(top, json_type_object) || !read_number(top, "version", 1, &n) ||
	    !json_object_object_get_ex(top, "findings", &list) ||
	    !json_object_is_type(list, json_type_array))
		return "this is no baseline of version 1: --write-baseline writes one";
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		json_object *o = json_object_array_get_idx(list, i);
		struct baseline_entry entry = {0};

		if (!json_object_is_type(o, json_type_object) ||
		    !read_text(o, "rule", arena, &entry.rule) ||
		    !read_text(o, "path", arena, &entry.path) || !read_number(o, "count", MOST, &n))
			return arena_printf(
				       arena,
				       "findings[%zu] is not a rule, a path and a count from 1", i)
				.p;
		entry.count = (uint32_t)n;
		push(baseline, arena, entry);
	}
	return NULL;
}

/* "b.json:3:9: …", the place where the parser gave up. */
static struct str syntax_error(struct arena *arena, const struct sources *sources,
			       const struct source *source, size_t offset, const char *why)
{
	struct position p = span_start(sources, (struct span){source->base + (uint32_t)offset, 0});

	return arena_printf(arena, "%.*s:%u:%u: %s", STR_ARG(source->name), p.line, p.column, why);
}

static json_object *parse(struct str text, size_t *end, const char **why)
{
	json_tokener *tokener = json_tokener_new();
	json_object *top;
	enum json_tokener_error error;

	if (!tokener)
		arena_oom();
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	top = json_tokener_parse_ex(tokener, text.n ? text.p : "", (int)text.n);
	error = json_tokener_get_error(tokener);
	*end = json_tokener_get_parse_end(tokener);
	*why = error == json_tokener_success	? NULL
	       : error == json_tokener_continue ? "the JSON breaks off"
						: json_tokener_error_desc(error);
	json_tokener_free(tokener);
	return top;
}

bool baseline_read(struct baseline *baseline, struct arena *arena, const struct files *files,
		   const char *file, struct str *error)
{
	struct sources sources;
	struct source *source;
	json_object *top;
	const char *why;
	size_t end;

	*baseline = (struct baseline){0};
	sources_init(&sources, arena, files);
	if (!source_read(&sources, file, "<stdin>", SOURCE_MAX_BYTES, &source, error))
		return false;
	top = parse(source->text, &end, &why);
	for (; !why && end < source->text.n; end++)
		if (!memchr(" \t\r\n", source->text.p[end], 4))
			why = "something follows the JSON";
	if (why) {
		*error = syntax_error(arena, &sources, source, end, why);
	} else {
		why = read_entries(top, arena, baseline);
		if (why)
			*error = arena_printf(arena, "%s: %s", file, why);
	}
	json_object_put(top);
	finish(baseline);
	return !why;
}
