#include "compiler/finding/fix.h"

#include <stdlib.h>

#include "compiler/base/buffer.h"

/* An edit with its finding. */
struct owned_edit {
	struct edit edit;
	uint32_t finding;
};

struct edits {
	struct arena *arena;
	struct owned_edit *items;
	uint32_t n, capacity;
};

static int by_place(const void *a, const void *b)
{
	const struct owned_edit *x = a, *y = b;
	int d = edit_cmp(&x->edit, &y->edit);

	return d ? d : (x->finding > y->finding) - (x->finding < y->finding);
}

static void add_edits(struct edits *edits, const struct findings *findings, uint32_t finding)
{
	const struct fix *fix = &findings->items[finding].fix;

	for (uint32_t i = 0; i < fix->n_edits; i++) {
		struct owned_edit *e = arena_push(edits->arena, (void **)&edits->items, &edits->n,
						  &edits->capacity, sizeof *e);

		*e = (struct owned_edit){fix->edits[i], finding};
	}
}

static void sort(struct edits *edits)
{
	if (edits->n)
		qsort(edits->items, edits->n, sizeof *edits->items, by_place);
}

static bool in_specs(const struct sources *sources, const struct fix *fix)
{
	for (uint32_t i = 0; i < fix->n_edits; i++)
		if (span_given(source_of(sources, fix->edits[i].at)->key))
			return false;
	return true;
}

/* Adjacent edits touch as well: two insertions at one place would need an order. */
static bool touch(const struct edit *x, const struct edit *y)
{
	return y->at.at <= span_end(x->at) && edit_cmp(x, y) != 0;
}

struct chosen fix_choose(struct arena *arena, const struct findings *findings,
			 const struct sources *sources, bool unsafe)
{
	struct chosen chosen = {.items = arena_array(arena, findings->n, sizeof(uint32_t))};
	bool *out = arena_array(arena, findings->n, sizeof *out);
	const struct owned_edit *last = NULL;
	struct edits edits = {.arena = arena};

	for (uint32_t i = 0; i < findings->n; i++) {
		const struct fix *fix = &findings->items[i].fix;

		out[i] = !fix->given || (!fix->safe && !unsafe) || !in_specs(sources, fix);
		if (!out[i])
			add_edits(&edits, findings, i);
	}
	sort(&edits);
	for (uint32_t i = 0; i < edits.n; i++) {
		const struct owned_edit *e = &edits.items[i];

		if (out[e->finding])
			continue;
		out[e->finding] = last && touch(&last->edit, &e->edit);
		if (!out[e->finding])
			last = e;
	}
	for (uint32_t i = 0; i < findings->n; i++)
		if (!out[i])
			chosen.items[chosen.n++] = i;
	return chosen;
}

/* Applies the edits of one source, which start at edits->items[*next]. */
static struct str edited(struct arena *arena, const struct source *source,
			 const struct edits *edits, uint32_t *next)
{
	uint32_t end = source->base + (uint32_t)source->text.n;
	const struct edit *last = NULL;
	struct buffer out;
	size_t done = 0;

	if (*next == edits->n || edits->items[*next].edit.at.at > end)
		return arena_copy(arena, source->text);
	buffer_init(&out, arena);
	for (; *next < edits->n && edits->items[*next].edit.at.at <= end; ++*next) {
		const struct edit *e = &edits->items[*next].edit;
		size_t at = e->at.at - source->base;

		/* One edit may mend two findings. */
		if (last && edit_cmp(last, e) == 0)
			continue;
		buffer_add(&out, (struct str){source->text.p + done, at - done});
		buffer_add(&out, e->with);
		done = at + e->at.len;
		last = e;
	}
	buffer_add(&out, (struct str){source->text.p + done, source->text.n - done});
	return buffer_text(&out);
}

struct overlay fix_texts(struct arena *arena, const struct findings *findings,
			 const struct sources *sources, const uint32_t *chosen, uint32_t n)
{
	struct overlay texts = {arena_array(arena, sources->n, sizeof *texts.items), 0};
	struct edits edits = {.arena = arena};
	uint32_t next = 0;

	for (uint32_t i = 0; i < n; i++)
		add_edits(&edits, findings, chosen[i]);
	sort(&edits);
	for (uint32_t i = 0; i < sources->n; i++) {
		const struct source *s = &sources->items[i];

		/* A file over the size limit was only read in part. */
		if (span_given(s->key) || s->cut)
			continue;
		texts.items[texts.n++] = (struct overlay_text){
			s->is_stdin ? "-" : arena_printf(arena, "%.*s", STR_ARG(s->name)).p,
			edited(arena, s, &edits, &next),
		};
	}
	overlay_sort(&texts);
	return texts;
}

uint32_t fix_count(const struct findings *findings, bool safe)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < findings->n; i++)
		n += findings->items[i].fix.given && findings->items[i].fix.safe == safe;
	return n;
}
