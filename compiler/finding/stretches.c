#include "compiler/finding/stretches.h"

#include "compiler/base/parallel.h"

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
