/* What happens when memory runs out: the work under way is given up, and nothing else is.
 *
 *     if (!memory_guard(run, &request))
 *             // memory ran out in run(); what it left half done is freed
 *
 * Whoever cannot allocate calls arena_oom(), which unwinds to the innermost guard of its thread; no
 * function on the way has an error to pass on. Arenas made inside the guard and not freed there are
 * freed on unwinding, and so is whatever was named by cleanup_push(). Arenas made outside stay
 * usable, but what the work put into them may be half done.
 *
 * Guards nest: the inner one returns false, and the outer one never hears of it. A guard belongs to
 * its thread: a thread without one ends the process where memory runs out (parallel_for gives each
 * of its threads a guard). */
#ifndef GPUPLAN_MEMORY_H
#define GPUPLAN_MEMORY_H

#include <stdbool.h>

/* False: memory ran out inside. What is left of a run that ended well, an arena it hands out for
 * example, belongs to the next guard outside, or to the caller alone where there is none. */
bool memory_guard(void (*run)(void *context), void *context);

/* Memory ran out: unwinds to the innermost guard. Without one the process ends with exit status 2
 * and a line on standard error. */
_Noreturn void arena_oom(void);

/* Something to give back on unwinding: a descriptor, a library's object. The struct lives as long
 * as it is pushed, on the stack or in what it frees; its fields are this module's. */
struct cleanup {
	void (*run)(void *context);
	void *context;
	struct cleanup *next, **place;
};

/* From here on until cleanup_pop, running out of memory calls run(context); the latest is called
 * first. Outside of every guard nothing is remembered. Both are called on the guard's thread. */
void cleanup_push(struct cleanup *cleanup, void (*run)(void *context), void *context);
void cleanup_pop(struct cleanup *cleanup);

#endif
