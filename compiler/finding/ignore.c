#include "compiler/finding/ignore.h"

#include <stdlib.h>

#include "compiler/finding/ignore_private.h"

/* --- the lines that a rule's name covers --- */

struct cover {
	uint32_t base; /* of the source */
	uint32_t line; /* 0: all of them */
	uint32_t name; /* index into ignores; earlier names first */
};

struct covers {
	const struct ignores *ignores;
	struct cover *items;
	uint32_t n, capacity;
};

static int by_line(const struct cover *x, const struct cover *y)
{
	if (x->base != y->base)
		return x->base < y->base ? -1 : 1;
	return (x->line > y->line) - (x->line < y->line);
}

static int by_line_rule_name(const void *a, const void *b, void *data)
{
	const struct cover *x = a, *y = b;
	const struct ignores *all = data;
	int d = by_line(x, y);

	d = d ? d : str_cmp(all->names[x->name].rule, all->names[y->name].rule);
	return d ? d : (x->name > y->name) - (x->name < y->name);
}

static void add_cover(struct covers *covers, struct arena *arena, uint32_t line, uint32_t name)
{
	struct cover *c = arena_push(arena, (void **)&covers->items, &covers->n, &covers->capacity,
				     sizeof *c);

	*c = (struct cover){covers->ignores->names[name].source->base, line, name};
}

static struct covers make_covers(struct ignores *all, struct arena *arena)
{
	struct covers covers = {.ignores = all};

	for (uint32_t i = 0; i < all->n_names; i++) {
		const struct ignored *name = &all->names[i];

		add_cover(&covers, arena, name->covers, i);
		if (name->covers && name->covers != name->line)
			add_cover(&covers, arena, name->line, i);
	}
	if (covers.n)
		qsort_r(covers.items, covers.n, sizeof *covers.items, by_line_rule_name, all);
	return covers;
}

/* The first comment that names the rule for that line, or NULL. */
static struct ignored *find_cover(const struct covers *covers, struct cover key, struct str rule)
{
	struct ignored *names = covers->ignores->names;
	uint32_t low = 0, high = covers->n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		const struct cover *c = &covers->items[middle];
		int d = by_line(c, &key);

		if ((d ? d : str_cmp(names[c->name].rule, rule)) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == covers->n || by_line(&covers->items[low], &key) != 0 ||
	    !str_eq(names[covers->items[low].name].rule, rule))
		return NULL;
	return &names[covers->items[low].name];
}

/* --- silencing --- */

/* Where several comments cover the finding, the one on its line counts as used. */
static bool silence(const struct covers *covers, const struct sources *sources, struct finding *f)
{
	struct position p = span_start(sources, f->at);
	struct cover key = {p.source->base, p.line, 0};
	struct ignored *name = find_cover(covers, key, str_of(f->rule));

	key.line = 0;
	name = name ? name : find_cover(covers, key, str_of(f->rule));
	if (!name || name->never_off)
		return false;
	name->used = true;
	if (f->hidden)
		return false;
	return f->hidden = true;
}

static void report_unused(struct findings *findings, const struct ignored *name)
{
	const char *rule = finding_quote(findings, name->rule);
	struct finding *f;

	if (name->never_off)
		f = finding_add(findings, "ignore-unused", SEVERITY_WARNING, name->at,
				"'%s' cannot be silenced", rule);
	else if (name->covers > name->source->n_lines)
		f = finding_add(findings, "ignore-unused", SEVERITY_WARNING, name->at,
				"'%s' silences nothing: no line follows", rule);
	else if (name->covers == 0)
		f = finding_add(findings, "ignore-unused", SEVERITY_WARNING, name->at,
				"'%s' silences nothing in this file", rule);
	else
		f = finding_add(findings, "ignore-unused", SEVERITY_WARNING, name->at,
				"'%s' silences nothing on line %u", rule, name->covers);
	finding_help(findings, f, "remove %s", name->alone ? "the comment" : "it from the comment");
}

/* Rules do not run on the broken parts of a spec, so comments for them would wrongly look unused.
 */
static bool is_read_whole(const struct findings *findings)
{
	for (uint32_t i = 0; i < findings->n; i++)
		if (strncmp(findings->items[i].rule, "yaml-", 5) == 0 ||
		    strncmp(findings->items[i].rule, "spec-", 5) == 0)
			return false;
	return true;
}

/* Names of `ignore-unused` itself come last: the others decide whether they are used. */
static void report_all_unused(struct findings *findings, const struct ignores *all, bool last)
{
	bool whole = is_read_whole(findings);

	for (uint32_t i = 0; i < all->n_names; i++) {
		const struct ignored *name = &all->names[i];

		if (!name->used && (whole || name->never_off) &&
		    str_is(name->rule, "ignore-unused") == last)
			report_unused(findings, name);
	}
}

uint32_t ignore_findings(struct findings *findings, const struct sources *sources,
			 rule_finder *find, rule_guesser *guess)
{
	struct ignores all = {
		.arena = arena_new(), .findings = findings, .find = find, .guess = guess};
	struct covers covers;
	uint32_t silenced = 0, before;

	for (uint32_t i = 0; i < sources->n; i++)
		if (!span_given(sources->items[i].key))
			ignores_read(&all, sources, &sources->items[i]);
	covers = make_covers(&all, all.arena);
	for (uint32_t i = 0; covers.n && i < findings->n; i++)
		silenced += silence(&covers, sources, &findings->items[i]);
	before = findings->n;
	report_all_unused(findings, &all, false);
	for (uint32_t i = before; i < findings->n; i++)
		silenced += silence(&covers, sources, &findings->items[i]);
	report_all_unused(findings, &all, true);
	arena_free(all.arena);
	return silenced;
}
