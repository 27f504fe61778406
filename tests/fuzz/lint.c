/* YAML to findings, in every format. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/finding/render.h"
#include "tests/fuzz/fuzz.h"

/* What a finding points at lies in the input, and its texts can be printed. */
static void check_finding(const struct sources *sources, const struct finding *f)
{
	assert(f->message.n && f->severity);
	if (span_given(f->at))
		assert(span_start(sources, f->at).line >= 1);
	for (uint32_t i = 0; i < f->n_notes; i++)
		assert(span_start(sources, f->notes[i].at).line >= 1);
	for (uint32_t i = 0; i < f->fix.n_edits; i++)
		assert(span_given(f->fix.edits[i].at));
}

/* Nothing that a terminal would obey. */
static void check_format(struct gpuplan_session *session, const char *name)
{
	struct gpuplan_format format = {.name = name, .help = true, .max_findings = 1000};
	char *text = NULL;
	size_t n = 0;
	FILE *out = open_memstream(&text, &n);

	assert(session_render(session, &format, out) == GPUPLAN_OK);
	fclose(out);
	assert(!memchr(text, '\033', n));
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct gpuplan_session *session = judged(data, size);

	for (uint32_t i = 0; i < session->findings.n; i++)
		check_finding(&session->sources, &session->findings.items[i]);
	for (size_t i = 0; renderers[i]; i++)
		check_format(session, renderers[i]->name);
	session_findings(session);
	session_close(session);
	return 0;
}
