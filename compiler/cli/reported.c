/* What of the findings is reported: severities first, then comments, then the baseline. */
#include "compiler/cli/cli.h"
#include "compiler/finding/baseline.h"
#include "compiler/finding/ignore.h"
#include "compiler/finding/path.h"
#include "rules/rules.h"

/* The project file's entries stand before those of the command line: the last one counts. */
static void set_severity(const struct options *options, struct finding *f)
{
	for (uint32_t i = options->n_overrides; i-- > 0;) {
		const struct rule_override *o = &options->overrides[i];

		if (strcmp(o->rule->name, f->rule) != 0)
			continue;
		f->hidden |= o->severity == 0;
		f->severity = o->severity ? o->severity : f->severity;
		return;
	}
}

static void set_severities(struct workspace *s, uint32_t from)
{
	for (uint32_t i = from; i < s->findings.n; i++)
		set_severity(s->options, &s->findings.items[i]);
}

static bool write_baseline(struct workspace *s, const struct baseline *baseline, const char *name)
{
	struct out_file file;
	struct buffer text;

	if (!out_file_open(&file, s->arena, name, stdout))
		return false;
	buffer_init(&text, s->arena);
	baseline_print(baseline, &text);
	fwrite(text.p, 1, text.n, file.out);
	return out_file_close(&file);
}

/* What is written afresh is what hides: an older one is not read then. */
static bool use_baseline(struct workspace *s)
{
	const char *file = s->options->write_baseline;
	struct baseline baseline;
	struct str error;

	paths_of_findings(&s->findings, &s->sources);
	if (file) {
		baseline = baseline_of(s->arena, &s->findings, rule_find);
		if (!write_baseline(s, &baseline, file))
			return false;
	} else if (!baseline_read(&baseline, s->arena, s->sources.files, s->options->baseline,
				  &error)) {
		trouble("%.*s", STR_ARG(error));
		return false;
	}
	s->n_baseline = baseline_hide(&baseline, s->arena, &s->findings, rule_find, &s->n_gone);
	return true;
}

enum status workspace_settle(struct workspace *s)
{
	uint32_t n;

	findings_finish(&s->findings);
	set_severities(s, 0);
	n = s->findings.n;
	s->n_silenced = ignore_findings(&s->findings, &s->sources, rule_find, rule_nearest);
	if (s->findings.n > n) {
		set_severities(s, n);
		findings_finish(&s->findings);
	}
	findings_drop_hidden(&s->findings);
	if ((s->options->baseline || s->options->write_baseline) && !use_baseline(s))
		return STATUS_TROUBLE;
	findings_drop_hidden(&s->findings);
	return STATUS_OK;
}
