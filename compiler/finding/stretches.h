/* Judging many objects on several cores, with the findings in the order of the objects. */
#ifndef GPUPLAN_STRETCHES_H
#define GPUPLAN_STRETCHES_H

#include "compiler/finding/finding.h"

/* Calls `stretch` for consecutive ranges of `n` objects (`first` to `past` - 1) on at most `jobs`
 * threads, and joins the findings of all ranges in order. */
void parallel_judge(struct arena *arena, uint32_t jobs, uint32_t n, struct findings *findings,
		    void (*stretch)(void *context, struct arena *arena, struct findings *findings,
				    uint32_t first, uint32_t past),
		    void *context);

#endif
