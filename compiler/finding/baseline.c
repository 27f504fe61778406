#include "compiler/finding/baseline.h"

#include <inttypes.h>
#include <stdlib.h>

#include "compiler/base/json.h"

enum { BASELINE_DEPTH = 8 };

/* --- from findings --- */

static int by_rule_and_path(const void *a, const void *b)
{
	const struct baseline_entry *x = a, *y = b;
	int d = str_cmp(x->rule, y->rule);

	return d ? d : str_cmp(x->path, y->path);
}

/* Sorts the entries and adds up the counts of equal ones. */
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

/* --- to JSON: one entry per line, so that diffs stay small --- */

static void print_entry(const struct baseline_entry *entry, struct buffer *out)
{
	struct json *o = json_map(out->arena);

	json_put_text(o, "rule", entry->rule);
	json_put_text(o, "path", entry->path);
	json_put_number(o, "count", entry->count);
	json_write(out, o, JSON_LINE);
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

static bool read_entry(const struct json *o, struct baseline_entry *out)
{
	enum { MOST = 1 << 24 }; /* keeps the sum of all counts within uint64_t */
	const struct json *rule = json_member(o, "rule"), *path = json_member(o, "path");
	uint64_t count;

	if (!json_is(rule, JSON_TEXT) || !json_is(path, JSON_TEXT) ||
	    !json_number(json_member(o, "count"), MOST, &count) || count == 0)
		return false;
	*out = (struct baseline_entry){rule->text, path->text, (uint32_t)count};
	return true;
}

/* Returns NULL, or what is wrong with the entries. */
static const char *read_entries(const struct json *top, struct arena *arena,
				struct baseline *baseline)
{
	const struct json *list = json_member(top, "findings");
	uint64_t version;
	size_t i = 0;

	if (!json_number(json_member(top, "version"), 1, &version) || version != 1 ||
	    !json_is(list, JSON_LIST))
		return "not a version 1 baseline: write one with --write-baseline";
	for (const struct json *o = json_first(list); o; o = o->next, i++) {
		struct baseline_entry entry;

		if (!read_entry(o, &entry))
			return arena_printf(
				       arena,
				       "findings[%zu] needs a rule, a path and a count of 1 or "
				       "more",
				       i)
				.p;
		push(baseline, arena, entry);
	}
	return NULL;
}

/* "b.json:3:9: …": the place where the parser gave up. */
static struct str syntax_error(struct arena *arena, const struct sources *sources,
			       const struct source *source, size_t offset, const char *why)
{
	struct position p = span_start(sources, (struct span){source->base + (uint32_t)offset, 0});

	return arena_printf(arena, "%.*s:%u:%u: %s", STR_ARG(source->name), p.line, p.column, why);
}

bool baseline_read(struct baseline *baseline, struct arena *arena, const struct files *files,
		   const char *file, struct str *error)
{
	struct sources sources;
	struct source *source;
	struct json *top;
	const char *why;
	size_t at;

	*baseline = (struct baseline){0};
	sources_init(&sources, arena, files);
	if (!source_read(&sources, file, "<stdin>", SOURCE_MAX_BYTES, &source, error))
		return false;
	top = json_read(arena, source->text, BASELINE_DEPTH, &why, &at);
	if (!top) {
		*error = syntax_error(arena, &sources, source, at, why);
		return false;
	}
	why = read_entries(top, arena, baseline);
	if (why)
		*error = arena_printf(arena, "%s: %s", file, why);
	finish(baseline);
	return !why;
}
