/* Renders the findings of a session. */
#include "compiler/finding/render.h"
#include "compiler/finding/path.h"
#include "compiler/session/private.h"
#include "rules/rules.h"

enum gpuplan_status session_render(struct gpuplan_session *s, const struct gpuplan_format *format,
				   FILE *out)
{
	const struct renderer *renderer = renderer_find(format->name);
	enum gpuplan_status status = session_enter(s, s->settled);
	struct report report;

	if (status != GPUPLAN_OK)
		return status;
	if (!renderer)
		return session_fail(s, GPUPLAN_BAD_OPTION, "no format '%s'", format->name);
	report = (struct report){
		.findings = &s->findings,
		.sources = &s->sources,
		.color = format->color,
		.help = format->help,
		.max_findings = format->max_findings ? format->max_findings : UINT32_MAX,
		.counts = {s->plan->n_files, s->plan->n_hosts, s->plan->n_vms},
		.rules = rules,
		.facts = {catalog_fact_text, s->catalog},
		.version = GPUPLAN_VERSION,
		.failing = session_failing(s),
	};
	if (renderer->for_programs) {
		name_root_init(&report.root, s->arena, &s->files, format->checkout);
		/* Paths are looked up only if the format shows them. */
		paths_of_findings(&s->findings, &s->sources);
	}
	renderer->render(&report, out);
	return GPUPLAN_OK;
}
