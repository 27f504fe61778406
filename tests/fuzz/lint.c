/* YAML to findings, in every format. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/finding/render.h"
#include "rules/rules.h"
#include "tests/fuzz/fuzz.h"

/* What a finding points at lies in the input, and its texts can be printed. */
static void check_finding(const struct judged *j, const struct finding *f)
{
	assert(f->message.n && f->severity);
	if (span_given(f->at))
		assert(span_start(&j->sources, f->at).line >= 1);
	for (uint32_t i = 0; i < f->n_notes; i++)
		assert(span_start(&j->sources, f->notes[i].at).line >= 1);
	for (uint32_t i = 0; i < f->fix.n_edits; i++)
		assert(span_given(f->fix.edits[i].at));
}

static struct str rendered(const struct renderer *renderer, const struct report *report)
{
	struct str text;
	char *p = NULL;
	FILE *out = open_memstream(&p, &text.n);

	renderer->render(report, out);
	fclose(out);
	text.p = p;
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct report report = {.help = true,
				.max_findings = 1000,
				.counts = {1, 1, 1},
				.rules = rules,
				.version = "0",
				.failing = SEVERITY_ERROR};
	struct judged j;

	judged_open(&j, data, size);
	report.findings = &j.findings;
	report.sources = &j.sources;
	report.facts = (struct page_facts){catalog_fact_text, j.plan->catalog};
	for (uint32_t i = 0; i < j.findings.n; i++)
		check_finding(&j, &j.findings.items[i]);
	for (size_t i = 0; renderers[i]; i++) {
		struct str text = rendered(renderers[i], &report);

		/* Nothing that a terminal would obey. */
		assert(!memchr(text.p, '\033', text.n));
		free((char *)text.p);
	}
	judged_close(&j);
	return 0;
}
