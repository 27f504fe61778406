#include "compiler/finding/render_private.h"

#include <stdlib.h>

bool ci_no_file(const struct source *source)
{
	return source->is_stdin && str_is(source->name, "<stdin>");
}

struct str ci_name(const struct report *report, struct arena *arena, const struct source *source)
{
	return ci_no_file(source) ? source->name : name_in_root(&report->root, arena, source->name);
}

struct key {
	const struct finding *finding;
	const struct source *source;
};

static int same_kind(const struct key *a, const struct key *b)
{
	int d = strcmp(a->finding->rule, b->finding->rule);

	d = d ? d : str_cmp(a->finding->path, b->finding->path);
	return d ? d : (a->source > b->source) - (a->source < b->source);
}

static int by_kind(const void *a, const void *b)
{
	const struct key *x = a, *y = b;
	int d = same_kind(x, y);

	return d ? d : (x->finding > y->finding) - (x->finding < y->finding);
}

const uint32_t *ci_repeats(const struct report *report, struct arena *arena)
{
	const struct findings *findings = report->findings;
	struct key *keys = arena_array(arena, findings->n, sizeof *keys);
	uint32_t *repeats = arena_array(arena, findings->n, sizeof *repeats);

	for (uint32_t i = 0; i < findings->n; i++) {
		const struct finding *f = &findings->items[i];

		keys[i] = (struct key){f, source_of(report->sources, f->at)};
	}
	if (findings->n)
		qsort(keys, findings->n, sizeof *keys, by_kind);
	for (uint32_t i = 1; i < findings->n; i++) {
		if (same_kind(&keys[i - 1], &keys[i]) == 0)
			repeats[keys[i].finding - findings->items] =
				repeats[keys[i - 1].finding - findings->items] + 1;
	}
	return repeats;
}
