/* The findings of a session in one of the formats. */
#include "compiler/finding/path.h"
#include "compiler/session/session.h"
#include "rules/rules.h"

void session_render(struct gpuplan_session *s, const struct renderer *renderer,
		    const struct session_rendering *how, FILE *out)
{
	struct report report = {
		.findings = &s->findings,
		.sources = &s->sources,
		.color = how->color,
		.help = how->help,
		.max_findings = how->max_findings,
		.counts = {s->plan->n_files, s->plan->n_hosts, s->plan->n_vms},
		.rules = rules,
		.facts = {catalog_fact_text, s->catalog},
		.version = GPUPLAN_VERSION,
		.failing = session_failing(s),
	};

	if (renderer->for_programs) {
		name_root_init(&report.root, s->arena, &s->files, how->checkout);
		/* Looked up only where a format wants them. */
		paths_of_findings(&s->findings, &s->sources);
	}
	renderer->render(&report, out);
}
