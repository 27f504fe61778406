/* Applies the fixes of findings to the texts of the sources.
 *
 *     chosen = fix_choose(arena, findings, sources, unsafe);
 *     texts = fix_texts(arena, findings, sources, chosen.items, chosen.n);
 *
 * This writes no file and judges nothing. The caller (compiler/session/mend.c) lints the new texts
 * to see whether they are better. */
#ifndef GPUPLAN_FIX_H
#define GPUPLAN_FIX_H

#include "compiler/finding/finding.h"

/* Indices into the findings, ascending. */
struct chosen {
	uint32_t *items;
	uint32_t n;
};

/* Chooses findings whose fixes can be applied together. Of two that touch each other, one waits for
 * the next round. Only specs are edited, never captures. */
struct chosen fix_choose(struct arena *arena, const struct findings *findings,
			 const struct sources *sources, bool unsafe);

/* The texts of all specs with the edits of these findings applied, as an overlay. The texts are
 * copies and live as long as the arena. */
struct overlay fix_texts(struct arena *arena, const struct findings *findings,
			 const struct sources *sources, const uint32_t *chosen, uint32_t n);

/* Counts the findings with a safe fix, or with an unsafe one. */
uint32_t fix_count(const struct findings *findings, bool safe);

#endif
