/* What is written at a thing of the drawing, and which findings are about it. */
#include <stdlib.h>

#include "compiler/base/utf8.h"
#include "compiler/base/visible.h"
#include "compiler/finding/render.h"
#include "compiler/tools/graph/private.h"

enum {
	LINE_LONGEST = 120, /* characters of a line */
	RULES_SHOWN = 4,    /* named at one thing */
	DETAILS_SHOWN = 20, /* findings in its details */
};

static int by_place(const void *a, const void *b)
{
	const struct graph_mark *x = a, *y = b;

	if (x->at.at != y->at.at)
		return x->at.at < y->at.at ? -1 : 1;
	return (x->finding > y->finding) - (x->finding < y->finding);
}

void graph_marks_init(struct graph_builder *b, const struct findings *findings)
{
	b->marks = arena_array(b->arena, findings->n, sizeof *b->marks);
	for (uint32_t i = 0; i < findings->n; i++) {
		const struct finding *f = &findings->items[i];
		struct span at = f->at;

		if (span_given(at)) {
			const struct source *source = source_of(b->plan->sources, at);

			at = span_given(source->key) ? source->key : at;
		}
		b->marks[b->n_marks++] = (struct graph_mark){.at = at, .finding = f};
	}
	if (b->n_marks)
		qsort(b->marks, b->n_marks, sizeof *b->marks, by_place);
}

/* The first `characters` of it, with an ellipsis where that is not all. */
static struct str cut(struct arena *arena, struct str s, size_t characters)
{
	size_t at = 0;
	uint32_t code;

	for (size_t i = 0; i < characters && at < s.n; i++)
		at += utf8_character((struct str){s.p + at, s.n - at}, &code);
	return at < s.n ? arena_printf(arena, "%.*s…", (int)at, s.p) : s;
}

/* text_visible, and no character that XML has no way to write. */
static struct str shown(struct arena *arena, struct str s)
{
	struct buffer all, out;
	size_t plain = 0;

	while (plain < s.n && s.p[plain] >= ' ' && s.p[plain] <= '~')
		plain++;
	if (plain == s.n)
		return s;
	buffer_init(&all, arena);
	text_visible(&all, s);
	s = buffer_text(&all);
	buffer_init(&out, arena);
	for (size_t i = 0, n; i < s.n; i += n) {
		uint32_t code = 0;

		n = utf8_character((struct str){s.p + i, s.n - i}, &code);
		if ((code & 0xfffe) == 0xfffe)
			buffer_printf(&out, "\\u{%x}", code);
		else
			buffer_add(&out, (struct str){s.p + i, n});
	}
	return buffer_text(&out);
}

static void add_line(struct arena *arena, struct graph_label *label, enum graph_role role,
		     struct str text)
{
	struct graph_line *line = arena_push(arena, (void **)&label->lines, &label->n,
					     &label->capacity, sizeof *line);

	*line = (struct graph_line){role, cut(arena, shown(arena, text), LINE_LONGEST)};
}

void graph_label_add(struct arena *arena, struct graph_label *label, enum graph_role role,
		     const char *format, ...)
{
	va_list args;
	struct str text;

	va_start(args, format);
	text = arena_vprintf(arena, format, args);
	va_end(args);
	add_line(arena, label, role, text);
}

/* The findings about one thing, while they are gathered. A rule that is found several times is
 * named once. */
struct tally {
	const char *rule;
	enum severity severity;
	uint32_t n;
};

struct gathered {
	struct graph_builder *b;
	struct graph_label *label;
	struct tally *tallies;
	uint32_t n, capacity, n_findings;
	struct buffer details;
};

static struct gathered gathered_for(struct graph_builder *b, struct graph_label *label)
{
	struct gathered all = {.b = b, .label = label};

	buffer_init(&all.details, b->arena);
	return all;
}

static struct tally *tally_of(struct gathered *all, const struct finding *f)
{
	struct tally *new;

	for (uint32_t i = 0; i < all->n; i++)
		if (all->tallies[i].severity == f->severity &&
		    strcmp(all->tallies[i].rule, f->rule) == 0)
			return &all->tallies[i];
	new = arena_push(all->b->arena, (void **)&all->tallies, &all->n, &all->capacity,
			 sizeof *new);
	*new = (struct tally){.rule = f->rule, .severity = f->severity};
	return new;
}

static void gather(struct gathered *all, struct graph_mark *mark)
{
	const struct finding *f = mark->finding;
	struct graph_label *label = all->label;

	mark->drawn = true;
	tally_of(all, f)->n++;
	label->worst = f->severity > label->worst ? f->severity : label->worst;
	if (all->n_findings++ < DETAILS_SHOWN)
		buffer_printf(&all->details, "%s%s: %.*s [%s]", all->details.n ? "\n" : "",
			      severity_name(f->severity), STR_ARG(shown(all->b->arena, f->message)),
			      f->rule);
}

/* "error: mmio-too-small", the worst first. */
static void tell(struct gathered *all)
{
	struct arena *arena = all->b->arena;
	uint32_t n_shown = 0, left = all->n_findings;

	if (all->n_findings > DETAILS_SHOWN)
		buffer_printf(&all->details, "\nand %u more", all->n_findings - DETAILS_SHOWN);
	all->label->details = buffer_text(&all->details);
	for (enum severity s = SEVERITY_ERROR; s >= SEVERITY_NOTE; s--)
		for (uint32_t i = 0; i < all->n && n_shown < RULES_SHOWN; i++) {
			const struct tally *t = &all->tallies[i];

			if (t->severity != s)
				continue;
			graph_label_add(arena, all->label, GRAPH_FINDING,
					t->n > 1 ? "%s: %s (%u)" : "%s: %s", severity_name(s),
					t->rule, t->n);
			n_shown++;
			left -= t->n;
		}
	if (left)
		graph_label_add(arena, all->label, GRAPH_FINDING, "and %u more", left);
}

/* The spans are in the order of their places, and apart. */
static bool is_in_one(struct span at, const struct span *spans, uint32_t n)
{
	uint32_t low = 0, high = n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (spans[middle].at <= at.at)
			low = middle + 1;
		else
			high = middle;
	}
	return low > 0 && span_within(at, spans[low - 1]);
}

static uint32_t first_mark(const struct graph_builder *b, uint32_t at)
{
	uint32_t low = 0, high = b->n_marks;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (b->marks[middle].at.at < at)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void graph_label_findings(struct graph_builder *b, struct graph_label *label,
			  const struct span outer[2], const struct span *inner, uint32_t n)
{
	struct gathered all = gathered_for(b, label);

	for (int o = 0; o < 2; o++) {
		uint32_t i = span_given(outer[o]) ? first_mark(b, outer[o].at) : b->n_marks;

		for (; i < b->n_marks && b->marks[i].at.at <= span_end(outer[o]); i++)
			if (span_within(b->marks[i].at, outer[o]) &&
			    !is_in_one(b->marks[i].at, inner, n))
				gather(&all, &b->marks[i]);
	}
	tell(&all);
}

void graph_label_rest(struct graph_builder *b, struct graph_label *label)
{
	struct gathered all = gathered_for(b, label);

	for (uint32_t i = 0; i < b->n_marks; i++)
		if (!b->marks[i].drawn)
			gather(&all, &b->marks[i]);
	if (all.n)
		graph_label_add(b->arena, label, GRAPH_FACT, "about nothing that is drawn:");
	tell(&all);
}
