/* Judging many things on several cores, with findings in the order of the things. */
#ifndef GPUPLAN_STRETCHES_H
#define GPUPLAN_STRETCHES_H

#include "compiler/finding/finding.h"

/* Calls `stretch` for pieces of `n` things (`first` up to, not including, `past`) on at most `jobs`
 * threads. What it adds to its findings comes out in the order of the things. */
void parallel_judge(struct arena *arena, uint32_t jobs, uint32_t n, struct findings *findings,
		    void (*stretch)(void *context, struct arena *arena, struct findings *findings,
				    uint32_t first, uint32_t past),
		    void *context);

#endif
