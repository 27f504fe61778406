#include "compiler/base/memory.h"

#include <stdatomic.h>

#include "compiler/base/parallel.h"
#include "tests/unit/check.h"

static unsigned calls[8], n_calls;

static void note(void *context)
{
	calls[n_calls++] = (unsigned)(uintptr_t)context;
}

static void ends_well(void *context)
{
	struct arena **out = context;

	arena_free(arena_new());
	*out = arena_new();
}

/* What was handed out outlives the guard. */
static void test_handed_out(void)
{
	struct arena *arena = NULL;

	CHECK(memory_guard(ends_well, &arena));
	CHECK_STR(arena_printf(arena, "%s", "kept"), "kept");
	arena_free(arena);
}

static void runs_out(void *context)
{
	struct cleanup first, second, gone;

	cleanup_push(&first, note, (void *)(uintptr_t)1);
	cleanup_push(&gone, note, (void *)(uintptr_t)2);
	cleanup_push(&second, note, (void *)(uintptr_t)3);
	cleanup_pop(&gone);
	arena_alloc(arena_new(), 64); /* a leak checker sees whether it is freed */
	arena_alloc(context, SIZE_MAX);
	note((void *)(uintptr_t)4);
}

static void test_unwinds(struct arena *arena)
{
	n_calls = 0;
	CHECK(!memory_guard(runs_out, arena));
	CHECK_U64(n_calls, 2);
	CHECK(calls[0] == 3 && calls[1] == 1);
	CHECK_STR(arena_printf(arena, "%d", 7), "7");
}

static void outer(void *context)
{
	struct cleanup mine;
	struct arena *inner = NULL;

	cleanup_push(&mine, note, (void *)(uintptr_t)5);
	CHECK(!memory_guard(runs_out, context));
	CHECK(memory_guard(ends_well, &inner)); /* this guard's from here on */
	CHECK_U64(n_calls, 2);
	arena_oom();
}

static void test_nested(struct arena *arena)
{
	n_calls = 0;
	CHECK(!memory_guard(outer, arena));
	CHECK_U64(n_calls, 3);
	CHECK(calls[2] == 5);
}

struct work {
	struct arena *arena;
	uint32_t fails; /* this one runs out of memory */
	atomic_uint done;
};

static void one(void *context, const struct worker *worker, uint32_t i)
{
	struct work *work = context;
	struct arena *own = arena_new();

	arena_alloc(worker->arena, i == work->fails ? SIZE_MAX : 64);
	arena_free(own);
	atomic_fetch_add(&work->done, 1);
}

static void all(void *context)
{
	struct work *work = context;

	parallel_for(work->arena, 4, 100000, one, work);
}

/* Whichever thread it is that runs out, all end, and the caller's unwinds. */
static void test_parallel(struct arena *arena)
{
	static const uint32_t fails[] = {0, 1, 2, 3, 50, 99, 5000};

	for (size_t i = 0; i < sizeof fails / sizeof *fails; i++) {
		struct work work = {arena, fails[i], 0};

		CHECK(!memory_guard(all, &work));
		CHECK(work.done < 100000);
	}
}

int main(void)
{
	struct arena *arena = arena_new();

	test_handed_out();
	test_unwinds(arena);
	test_nested(arena);
	test_parallel(arena);
	arena_free(arena);
	return check_done();
}
