/* Running out of memory abandons the current task and nothing else.
 *
 *     if (!memory_guard(run, &request))
 *             // memory ran out in run(), and its arenas are freed
 *
 * A failed allocation calls arena_oom(), which unwinds to the innermost guard of its thread, so no
 * function in between has to return an error. Unwinding frees the arenas made inside the guard and
 * runs the cleanups pushed there. Arenas made outside stay usable, but results in them may be
 * incomplete.
 *
 * Guards nest: if the inner one returns false, the outer one is not involved. A guard belongs to
 * its thread. On a thread without a guard, running out of memory ends the process (parallel_for
 * gives each of its threads a guard). */
#ifndef GPUPLAN_MEMORY_H
#define GPUPLAN_MEMORY_H

#include <stdbool.h>

/* Calls run(context). Returns false if memory ran out in it. After success, whatever it leaves
 * behind, such as an arena that it returns, belongs to the next outer guard, if any. */
bool memory_guard(void (*run)(void *context), void *context);

/* Unwinds to the innermost guard. Without a guard, writes a line to standard error and exits with
 * status 2. */
_Noreturn void arena_oom(void);

/* A resource to release on unwinding, such as a descriptor or a library's object. The struct must
 * exist until cleanup_pop, on the stack or in the resource itself. Its fields are private. */
struct cleanup {
	void (*run)(void *context);
	void *context;
	struct cleanup *next, **place;
};

/* Until cleanup_pop, running out of memory calls run(context), the latest cleanup first. Does
 * nothing outside a guard. Call both on the guard's thread. */
void cleanup_push(struct cleanup *cleanup, void (*run)(void *context), void *context);
void cleanup_pop(struct cleanup *cleanup);

#endif
