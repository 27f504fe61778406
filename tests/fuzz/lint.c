/* YAML to findings, in every format. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/finding/render.h"
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct render_options options = {.help = true, .max_findings = 1000};
	struct judged j;
	struct buffer text;
	char *json = NULL;
	size_t n = 0;
	FILE *out;

	judged_open(&j, data, size);
	for (uint32_t i = 0; i < j.findings.n; i++)
		check_finding(&j, &j.findings.items[i]);
	buffer_init(&text, j.arena);
	render_text(&j.findings, &j.sources, options, &text);
	render_oneline(&j.findings, &j.sources, options, &text);
	/* Nothing that a terminal would obey. */
	assert(!text.n || !memchr(text.p, '\033', text.n));
	out = open_memstream(&json, &n);
	render_json(&j.findings, &j.sources, (struct render_summary){1, 1, 1}, out);
	fclose(out);
	free(json);
	judged_close(&j);
	return 0;
}
