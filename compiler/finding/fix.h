/* From the fixes of findings to the texts that they make of the sources.
 *
 *     chosen = fix_choose(arena, findings, sources, unsafe);
 *     texts = fix_texts(arena, findings, sources, chosen.items, chosen.n);
 *
 * Nothing is written, and nothing is judged again: whether the texts are better is for the caller
 * to find out (compiler/session/mend.c). */
#ifndef GPUPLAN_FIX_H
#define GPUPLAN_FIX_H

#include "compiler/finding/finding.h"

/* Findings, by their index in `findings`, ascending. */
struct chosen {
	uint32_t *items;
	uint32_t n;
};

/* The findings whose fixes can be made together. Of two that touch each other one waits: its turn
 * comes when the other is made. Only specs are edited, never captures. */
struct chosen fix_choose(struct arena *arena, const struct findings *findings,
			 const struct sources *sources, bool unsafe);

/* Every spec that was read whole, with the edits of these findings, as texts that stand in for the
 * files. All of them are copied: they live as long as the arena. */
struct overlay fix_texts(struct arena *arena, const struct findings *findings,
			 const struct sources *sources, const uint32_t *chosen, uint32_t n);

/* How many of the findings have a fix of that kind. */
uint32_t fix_count(const struct findings *findings, bool safe);

#endif
