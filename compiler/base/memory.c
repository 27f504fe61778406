#include "compiler/base/memory.h"

#include <setjmp.h>
#include <stddef.h>
#include <unistd.h>

struct guard {
	jmp_buf out;
	struct cleanup *cleanups; /* latest first */
	struct guard *outer;
};

/* Thread-local, because it points into the stack of its thread. */
static _Thread_local struct guard *innermost;

static void link_at(struct cleanup *cleanup, struct cleanup **place)
{
	cleanup->next = *place;
	cleanup->place = place;
	if (cleanup->next)
		cleanup->next->place = &cleanup->next;
	*place = cleanup;
}

void cleanup_push(struct cleanup *cleanup, void (*run)(void *context), void *context)
{
	*cleanup = (struct cleanup){.run = run, .context = context};
	if (innermost)
		link_at(cleanup, &innermost->cleanups);
}

void cleanup_pop(struct cleanup *cleanup)
{
	if (!cleanup->place)
		return;
	*cleanup->place = cleanup->next;
	if (cleanup->next)
		cleanup->next->place = cleanup->place;
	cleanup->place = NULL;
}

/* Moves the remaining cleanups to the outer guard, in their order. */
static void hand_over(struct guard *guard)
{
	struct cleanup **place = guard->outer ? &guard->outer->cleanups : NULL, *cleanup;

	while ((cleanup = guard->cleanups)) {
		cleanup_pop(cleanup);
		if (place) {
			link_at(cleanup, place);
			place = &cleanup->next;
		}
	}
}

bool memory_guard(void (*run)(void *context), void *context)
{
	struct guard guard = {.outer = innermost};

	if (setjmp(guard.out))
		return false;
	innermost = &guard;
	run(context);
	innermost = guard.outer;
	hand_over(&guard);
	return true;
}

/* Uses neither stdio nor exit(), whose handlers may allocate. */
static _Noreturn void end_process(void)
{
	static const char said[] = "gpuplan: out of memory\n";

	if (write(STDERR_FILENO, said, sizeof said - 1) < 0)
		_exit(2);
	_exit(2);
}

_Noreturn void arena_oom(void)
{
	struct guard *guard = innermost;

	if (!guard)
		end_process();
	/* The cleanups run before the jump, while the stack that they point into still exists. */
	for (struct cleanup *cleanup; (cleanup = guard->cleanups);) {
		cleanup_pop(cleanup);
		cleanup->run(cleanup->context);
	}
	innermost = guard->outer;
	longjmp(guard->out, 1);
}
