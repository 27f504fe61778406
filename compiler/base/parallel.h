/* Doing many like things on several cores.
 *
 * The caller sees to it that the threads only read what they share, and puts the results together
 * in the order of the things, so that no output depends on the number of threads. */
#ifndef GPUPLAN_PARALLEL_H
#define GPUPLAN_PARALLEL_H

#include "compiler/base/arena.h"

enum { MAX_JOBS = 64 };

struct worker {
	uint32_t number;     /* from 0, below MAX_JOBS */
	struct arena *arena; /* its own while it works */
};

/* Cores that this process may run on: fewer than the machine has, in a container. */
uint32_t parallel_cores(void);

/* Calls `one` for every i below `n`, on at most `jobs` threads, of which the caller's is one: each
 * takes the next i until none is left. Returns when all are done; what the workers allocated then
 * belongs to `arena`. Threads that cannot be started are done without. Where one runs out of
 * memory, the others finish what they have begun, and the caller's thread unwinds (arena_oom). */
void parallel_for(struct arena *arena, uint32_t jobs, uint32_t n,
		  void (*one)(void *context, const struct worker *worker, uint32_t i),
		  void *context);

#endif
