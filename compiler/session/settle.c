/* Decides which findings are reported: severities first, then comments, then the baseline. */
#include "compiler/finding/baseline.h"
#include "compiler/finding/ignore.h"
#include "compiler/finding/path.h"
#include "compiler/session/private.h"
#include "rules/rules.h"

static void set_severity(const struct gpuplan_session *s, struct finding *f)
{
	for (uint32_t i = s->n_levels; i-- > 0;) {
		const struct rule_level *level = &s->levels[i];

		if (strcmp(level->rule->name, f->rule) != 0)
			continue;
		f->hidden |= level->severity == 0;
		f->severity = level->severity ? level->severity : f->severity;
		return;
	}
}

static void set_severities(struct gpuplan_session *s, uint32_t from)
{
	for (uint32_t i = from; i < s->findings.n; i++)
		set_severity(s, &s->findings.items[i]);
}

/* Keeps firm findings that are about to be dropped or, if `lowered`, are below an error. */
static void keep_firm(struct gpuplan_session *s, bool lowered)
{
	for (uint32_t i = 0; i < s->findings.n; i++) {
		const struct finding *f = &s->findings.items[i];
		struct finding *kept;

		if (!f->firm || !(f->hidden || (lowered && f->severity < SEVERITY_ERROR)))
			continue;
		findings_append(&s->firm, &s->findings, i, i + 1);
		kept = &s->firm.items[s->firm.n - 1];
		kept->hidden = false;
		kept->severity = SEVERITY_ERROR;
		finding_help(&s->firm, kept,
			     "%.*s%scompile needs this fixed, so it is an error here although it "
			     "is silenced or lowered",
			     STR_ARG(kept->help), kept->help.n ? "; " : "");
	}
}

/* Hides the findings of the baseline: of the new one if there is to be one, else of the file. */
static enum gpuplan_status use_baseline(struct gpuplan_session *s)
{
	struct baseline baseline;
	struct buffer text;
	struct str error;

	paths_of_findings(&s->findings, &s->sources);
	if (s->options.record) {
		baseline = baseline_of(s->arena, &s->findings, rule_find);
		buffer_init(&text, s->arena);
		baseline_print(&baseline, &text);
		s->recorded = arena_copy(s->arena, buffer_text(&text));
	} else if (!baseline_read(&baseline, s->arena, &s->files, s->baseline, &error)) {
		return session_fail(s, GPUPLAN_UNREADABLE, "%.*s", STR_ARG(error));
	}
	s->n_baseline = baseline_hide(&baseline, s->arena, &s->findings, rule_find, &s->n_gone);
	return GPUPLAN_OK;
}

enum gpuplan_status session_settle(struct gpuplan_session *s)
{
	enum gpuplan_status status = session_enter(s, s->plan && !s->settled);
	uint32_t n;

	if (status != GPUPLAN_OK)
		return status;
	findings_finish(&s->findings);
	set_severities(s, 0);
	n = s->findings.n;
	s->n_silenced = ignore_findings(&s->findings, &s->sources, rule_find, rule_nearest);
	if (s->findings.n > n) {
		set_severities(s, n);
		findings_finish(&s->findings);
	}
	findings_init(&s->firm, s->arena);
	keep_firm(s, false);
	findings_drop_hidden(&s->findings);
	if (s->baseline || s->options.record)
		status = use_baseline(s);
	keep_firm(s, true);
	findings_finish(&s->firm);
	findings_drop_hidden(&s->findings);
	s->settled = status == GPUPLAN_OK;
	return status;
}
