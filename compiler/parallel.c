#include "compiler/parallel.h"

#include <pthread.h>
#include <stdatomic.h>

#include "schema/grammar.h"

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
	grammar_leave();
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

enum { STRETCH = 128 };

struct stretches {
	uint32_t n; /* things */
	struct findings *findings;
	void (*stretch)(void *context, struct arena *arena, struct findings *findings,
			uint32_t first, uint32_t past);
	void *context;
};

static void judge_stretch(void *context, const struct worker *worker, uint32_t i)
{
	struct stretches *s = context;
	uint32_t first = i * STRETCH, left = s->n - first;

	findings_init(&s->findings[i], worker->arena);
	s->stretch(s->context, worker->arena, &s->findings[i], first,
		   first + (left < STRETCH ? left : STRETCH));
}

void parallel_judge(struct arena *arena, uint32_t jobs, uint32_t n, struct findings *findings,
		    void (*stretch)(void *context, struct arena *arena, struct findings *findings,
				    uint32_t first, uint32_t past),
		    void *context)
{
	uint32_t n_stretches = n / STRETCH + (n % STRETCH != 0);
	struct stretches s = {.n = n, .stretch = stretch, .context = context};

	s.findings = arena_array(arena, n_stretches, sizeof *s.findings);
	parallel_for(arena, jobs, n_stretches, judge_stretch, &s);
	for (uint32_t i = 0; i < n_stretches; i++)
		findings_append(findings, &s.findings[i], 0, s.findings[i].n);
}
