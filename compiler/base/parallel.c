#include "compiler/base/parallel.h"

#include <pthread.h>
#include <stdatomic.h>

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
};

static void work(struct team *team, const struct worker *worker)
{
	for (uint32_t i; (i = atomic_fetch_add(&team->next, 1)) < team->n;)
		team->one(team->context, worker, i);
}

static void *start(void *data)
{
	struct member *member = data;

	work(member->team, &member->worker);
	return NULL;
}

void parallel_for(struct arena *arena, uint32_t jobs, uint32_t n,
		  void (*one)(void *context, const struct worker *worker, uint32_t i),
		  void *context)
{
	struct team team = {.n = n, .one = one, .context = context};
	struct member members[MAX_JOBS];
	uint32_t helpers = 0;

	/* The caller's own thread is the first of them. */
	while (helpers + 1 < jobs && helpers + 1 < n && helpers + 1 < MAX_JOBS) {
		struct member *member = &members[helpers];

		*member = (struct member){.team = &team, .worker = {helpers + 1, arena_new()}};
		if (pthread_create(&member->thread, NULL, start, member) != 0) {
			arena_free(member->worker.arena);
			break;
		}
		helpers++;
	}
	work(&team, &(struct worker){0, arena});
	for (uint32_t i = 0; i < helpers; i++) {
		pthread_join(members[i].thread, NULL);
		arena_join(arena, members[i].worker.arena);
	}
}
