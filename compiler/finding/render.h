/* Renderers: findings as text, one line each, or JSON; for other programs' formats see
 * compiler/finding/render_ci.h. */
#ifndef GPUPLAN_RENDER_H
#define GPUPLAN_RENDER_H

#include <stdio.h>

#include "compiler/base/buffer.h"
#include "compiler/finding/finding.h"

enum format {
	FORMAT_AUTO,
	FORMAT_TEXT,
	FORMAT_ONELINE,
	FORMAT_JSON,
	FORMAT_SARIF,
	FORMAT_GITHUB,
	FORMAT_JUNIT,
};

struct render_options {
	bool color, help;
	uint32_t max_findings; /* text and oneline */
};

/* For the JSON summary. */
struct render_summary {
	uint32_t files, hosts, vms;
};

void render_text(const struct findings *findings, const struct sources *sources,
		 struct render_options options, struct buffer *out);
void render_oneline(const struct findings *findings, const struct sources *sources,
		    struct render_options options, struct buffer *out);
/* Findings have their paths (compiler/finding/path.h). Written one by one: however many there are,
 * the text of one is in memory. */
void render_json(const struct findings *findings, const struct sources *sources,
		 struct render_summary summary, FILE *out);

/* How many of each severity are shown where at most `max` are: errors go first, then warnings. */
void render_share(const struct findings *findings, uint32_t max,
		  uint32_t shown[SEVERITY_ERROR + 1]);

#endif
