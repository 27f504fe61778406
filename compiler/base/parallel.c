#include "compiler/base/parallel.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

uint32_t parallel_cores(void)
{
	cpu_set_t cores;
	int n = sched_getaffinity(0, sizeof cores, &cores) == 0 ? CPU_COUNT(&cores) : 1;

	return n > 1 ? (uint32_t)n : 1;
}

struct team {
	atomic_uint next;
	uint32_t n;
	void (*one)(void *context, const struct worker *worker, uint32_t i);
	void *context;
};

struct member {
	struct team *team;
	struct worker worker;
	pthread_t thread;
	bool failed; /* memory ran out, and its arena is freed */
};

static void work(void *data)
{
	struct member *member = data;
	struct team *team = member->team;

	/* The thread makes its own arena, so that its guard frees it. */
	if (!member->worker.arena)
		member->worker.arena = arena_new();
	for (uint32_t i; (i = atomic_fetch_add(&team->next, 1)) < team->n;)
		team->one(team->context, &member->worker, i);
}

/* Runs one worker. If it runs out of memory, the others take no further work. */
static void *start(void *data)
{
	struct member *member = data;

	member->failed = !memory_guard(work, member);
	if (member->failed)
		atomic_store(&member->team->next, member->team->n);
	return NULL;
}

void parallel_for(struct arena *arena, uint32_t jobs, uint32_t n,
		  void (*one)(void *context, const struct worker *worker, uint32_t i),
		  void *context)
{
	struct team team = {.n = n, .one = one, .context = context};
	struct member members[MAX_JOBS] = {{.team = &team, .worker = {0, arena}}};
	uint32_t threads = 1;
	bool failed;

	/* The caller's thread is worker 0. */
	for (; threads < jobs && threads < n && threads < MAX_JOBS; threads++) {
		members[threads] = (struct member){.team = &team, .worker = {threads, NULL}};
		if (pthread_create(&members[threads].thread, NULL, start, &members[threads]) != 0)
			break;
	}
	start(&members[0]);
	failed = members[0].failed;
	for (uint32_t i = 1; i < threads; i++) {
		pthread_join(members[i].thread, NULL);
		failed |= members[i].failed;
		if (!members[i].failed)
			arena_join(arena, members[i].worker.arena);
	}
	if (failed)
		arena_oom();
}
