/* Renderers: findings as text, one line each, or JSON. */
#ifndef GPUPLAN_RENDER_H
#define GPUPLAN_RENDER_H

#include <stdio.h>

#include "compiler/buffer.h"
#include "compiler/finding.h"

enum format { FORMAT_AUTO, FORMAT_TEXT, FORMAT_ONELINE, FORMAT_JSON };

struct render_options {
	bool color, help;
	uint32_t max_findings; /* text and oneline: notes are dropped first, then warnings */
};

/* For the JSON summary. */
struct render_summary {
	uint32_t files, hosts, vms;
};

void render_text(const struct findings *findings, const struct sources *sources,
		 struct render_options options, struct buffer *out);
void render_oneline(const struct findings *findings, const struct sources *sources,
		    struct render_options options, struct buffer *out);
/* Findings have their paths (compiler/path.h). Written one by one: however many there are, the
 * text of one is in memory. */
void render_json(const struct findings *findings, const struct sources *sources,
		 struct render_summary summary, FILE *out);

/* The user's bytes for a terminal: control characters, bidirectional overrides and what is no
 * UTF-8 are shown as escapes. */
void render_visible(struct buffer *out, struct str s);

#endif
