/* A parallel loop over independent items.
 *
 * The caller makes sure that threads only read what they share, and combines the results in the
 * order of the items, so that no output depends on the number of threads. */
#ifndef GPUPLAN_PARALLEL_H
#define GPUPLAN_PARALLEL_H

#include "compiler/base/arena.h"

enum { MAX_JOBS = 64 };

struct worker {
	uint32_t number;     /* from 0, below MAX_JOBS */
	struct arena *arena; /* used by no other worker */
};

/* The number of cores that this process may use. In a container, these may be fewer than the
 * machine has. */
uint32_t parallel_cores(void);

/* Calls `one` for every i below `n` on at most `jobs` threads, including the caller's, and waits
 * for all of them. Each thread takes the next i until none is left. The workers' allocations then
 * belong to `arena`. A thread that cannot be started is not needed: the others do its work. If one
 * runs out of memory, the others finish their current item, and the caller's thread unwinds
 * (arena_oom). */
void parallel_for(struct arena *arena, uint32_t jobs, uint32_t n,
		  void (*one)(void *context, const struct worker *worker, uint32_t i),
		  void *context);

#endif
