#include "compiler/finding/finding.h"

#include <assert.h>
#include <stdlib.h>

#include "compiler/base/visible.h"
#include "schema/nearest.h"

static const char *const severities[] = {
	[SEVERITY_NOTE] = "note",
	[SEVERITY_WARNING] = "warning",
	[SEVERITY_ERROR] = "error",
};

const char *severity_name(enum severity severity)
{
	return severities[severity];
}

bool severity_parse(struct str s, enum severity *out)
{
	for (enum severity i = SEVERITY_NOTE; i <= SEVERITY_ERROR; i++) {
		if (str_is(s, severities[i])) {
			*out = i;
			return true;
		}
	}
	return false;
}

void findings_init(struct findings *findings, struct arena *arena)
{
	*findings = (struct findings){.arena = arena};
}

/* Makes room for a finding at `at`. Over the limit it returns the spare one. */
static struct finding *push(struct findings *findings, struct span at)
{
	if (!findings->limit || findings->n < findings->limit)
		return arena_push(findings->arena, (void **)&findings->items, &findings->n,
				  &findings->capacity, sizeof *findings->items);
	if (!span_given(findings->cut))
		findings->cut = at;
	return &findings->spare;
}

struct finding *finding_vadd(struct findings *findings, const char *rule, enum severity severity,
			     struct span at, const char *format, va_list args)
{
	struct finding *f = push(findings, at);

	assert(span_given(at));
	*f = (struct finding){.rule = rule, .severity = severity, .at = at};
	if (f != &findings->spare)
		f->message = arena_vprintf(findings->arena, format, args);
	return f;
}

struct finding *finding_add(struct findings *findings, const char *rule, enum severity severity,
			    struct span at, const char *format, ...)
{
	va_list args;
	struct finding *f;

	va_start(args, format);
	f = finding_vadd(findings, rule, severity, at, format, args);
	va_end(args);
	return f;
}

void finding_note(struct findings *findings, struct finding *f, struct span at, const char *format,
		  ...)
{
	va_list args;
	struct note *note;

	assert(f->n_notes < FINDING_NOTES && span_given(at));
	if (f == &findings->spare)
		return;
	/* Most findings have at most one note, so room for three is made only when a second one
	 * comes. */
	if (f->n_notes == 0)
		f->notes = arena_alloc(findings->arena, sizeof *note);
	else if (f->n_notes == 1)
		f->notes = memcpy(arena_array(findings->arena, FINDING_NOTES, sizeof *note),
				  f->notes, sizeof *note);
	note = &f->notes[f->n_notes++];
	va_start(args, format);
	*note = (struct note){at, arena_vprintf(findings->arena, format, args)};
	va_end(args);
}

void finding_help(struct findings *findings, struct finding *f, const char *format, ...)
{
	va_list args;

	if (f == &findings->spare)
		return;
	va_start(args, format);
	f->help = arena_vprintf(findings->arena, format, args);
	va_end(args);
}

void finding_suggest(struct findings *findings, struct finding *f, struct str near,
		     const char *otherwise)
{
	struct str help = did_you_mean(findings->arena, near);

	if (help.n)
		finding_help(findings, f, "%.*s", STR_ARG(help));
	else if (otherwise)
		finding_help(findings, f, "%s", otherwise);
}

void finding_fix(struct findings *findings, struct finding *f, bool safe, struct edit edit,
		 const char *format, ...)
{
	va_list args;

	if (f == &findings->spare)
		return;
	va_start(args, format);
	f->fix.given = true;
	f->fix.safe = safe;
	f->fix.description = arena_vprintf(findings->arena, format, args);
	f->fix.edits = arena_alloc(findings->arena, sizeof edit);
	f->fix.edits[0] = edit;
	f->fix.n_edits = 1;
	va_end(args);
}

const char *finding_quote(struct findings *findings, struct str s)
{
	return text_quote(findings->arena, s);
}

static void add_problem(void *context, const struct problem *problem)
{
	struct findings *findings = context;
	struct finding *f = finding_add(findings, problem->rule, SEVERITY_ERROR, problem->at,
					"%.*s", STR_ARG(problem->message));

	if (problem->help)
		finding_help(findings, f, "%s", problem->help);
	if (span_given(problem->other))
		finding_note(findings, f, problem->other, "%s", problem->other_message);
}

struct reporter findings_reporter(struct findings *findings)
{
	return (struct reporter){add_problem, findings};
}

void findings_append(struct findings *findings, const struct findings *from, uint32_t first,
		     uint32_t past)
{
	for (uint32_t i = first; i < past; i++)
		*push(findings, from->items[i].at) = from->items[i];
	if (!span_given(findings->cut))
		findings->cut = from->cut;
}

static int by_place(const struct finding *x, const struct finding *y)
{
	int d;

	if (x->at.at != y->at.at)
		return x->at.at < y->at.at ? -1 : 1;
	if (x->at.len != y->at.len)
		return x->at.len < y->at.len ? -1 : 1;
	d = strcmp(x->rule, y->rule);
	return d ? d : str_cmp(x->message, y->message);
}

/* qsort is not stable, so the order of adding breaks ties. */
static int by_place_and_order(const void *a, const void *b)
{
	const struct finding *x = a, *y = b;
	int d = by_place(x, y);

	return d ? d : (x->order > y->order) - (x->order < y->order);
}

int edit_cmp(const struct edit *x, const struct edit *y)
{
	if (x->at.at != y->at.at)
		return x->at.at < y->at.at ? -1 : 1;
	if (x->at.len != y->at.len)
		return x->at.len < y->at.len ? -1 : 1;
	return str_cmp(x->with, y->with);
}

static int by_edit(const void *a, const void *b)
{
	return edit_cmp(a, b);
}

/* Drops repeated edits of a sorted list: several VMs of one profile are mended by the same edit. */
static uint32_t distinct_edits(struct edit *edits, uint32_t n)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < n; i++) {
		if (kept == 0 || edit_cmp(&edits[kept - 1], &edits[i]) != 0)
			edits[kept++] = edits[i];
	}
	return kept;
}

/* Joins the fixes of `n` equal findings. There is a fix only if each of them has one. */
static struct fix join_fixes(struct arena *arena, const struct finding *same, uint32_t n)
{
	struct fix fix = same[0].fix;
	uint32_t all = 0;

	for (uint32_t i = 0; i < n; i++) {
		if (!same[i].fix.given)
			return (struct fix){0};
		fix.safe &= same[i].fix.safe;
		all += same[i].fix.n_edits;
	}
	fix.edits = arena_array(arena, all, sizeof *fix.edits);
	fix.n_edits = 0;
	for (uint32_t i = 0; i < n; i++) {
		memcpy(fix.edits + fix.n_edits, same[i].fix.edits,
		       same[i].fix.n_edits * sizeof *fix.edits);
		fix.n_edits += same[i].fix.n_edits;
	}
	qsort(fix.edits, fix.n_edits, sizeof *fix.edits, by_edit);
	fix.n_edits = distinct_edits(fix.edits, fix.n_edits);
	return fix;
}

void findings_finish(struct findings *findings)
{
	struct finding *items = findings->items;
	uint32_t kept = 0, next;

	if (findings->n == 0)
		return;
	for (uint32_t i = 0; i < findings->n; i++)
		items[i].order = i;
	qsort(items, findings->n, sizeof *items, by_place_and_order);
	for (uint32_t i = 0; i < findings->n; i = next) {
		struct fix fix = items[i].fix;

		for (next = i + 1; next < findings->n && by_place(&items[next], &items[i]) == 0;)
			items[i].firm |= items[next++].firm;
		if (next - i > 1)
			fix = join_fixes(findings->arena, items + i, next - i);
		items[kept] = items[i];
		items[kept++].fix = fix;
	}
	findings->n = kept;
}

void findings_drop_hidden(struct findings *findings)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < findings->n; i++)
		if (!findings->items[i].hidden)
			findings->items[kept++] = findings->items[i];
	findings->n = kept;
}

uint32_t findings_count(const struct findings *findings, enum severity severity)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < findings->n; i++)
		n += findings->items[i].severity == severity;
	return n;
}
