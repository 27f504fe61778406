/* The findings of a session in one of the formats. */
#include "compiler/finding/path.h"
#include "compiler/finding/render_ci.h"
#include "compiler/session/session.h"
#include "rules/rules.h"

static void render_for_people(const struct gpuplan_session *s, const struct session_rendering *how,
			      FILE *out)
{
	struct render_options options = {how->color, how->help, how->max_findings};
	struct buffer text;

	buffer_init(&text, s->arena);
	if (how->format == FORMAT_ONELINE)
		render_oneline(&s->findings, &s->sources, options, &text);
	else
		render_text(&s->findings, &s->sources, options, &text);
	if (text.n)
		fwrite(text.p, 1, text.n, out);
}

static void render_for_programs(struct gpuplan_session *s, const struct session_rendering *how,
				FILE *out)
{
	struct render_summary summary = {s->plan->n_files, s->plan->n_hosts, s->plan->n_vms};
	struct ci_report report = {
		.findings = &s->findings,
		.sources = &s->sources,
		.rules = rules,
		.version = GPUPLAN_VERSION,
		.failing = session_failing(s),
		.max_findings = how->max_findings,
	};

	name_root_init(&report.root, s->arena, &s->files, how->checkout);
	/* Looked up only where a format wants them. */
	paths_of_findings(&s->findings, &s->sources);
	if (how->format == FORMAT_JSON)
		render_json(&s->findings, &s->sources, summary, out);
	else if (how->format == FORMAT_SARIF)
		render_sarif(&report, out);
	else if (how->format == FORMAT_JUNIT)
		render_junit(&report, out);
	else
		render_github(&report, out);
}

void session_render(struct gpuplan_session *s, const struct session_rendering *how, FILE *out)
{
	if (how->format == FORMAT_TEXT || how->format == FORMAT_ONELINE)
		render_for_people(s, how, out);
	else
		render_for_programs(s, how, out);
}
