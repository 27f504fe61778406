/* Renderers: findings as text for people or in a format for programs, one const struct each.
 *
 * Formats for programs are written finding by finding, so that only one is in memory as text.
 *
 * A new format: render_NAME.c with a `const struct renderer render_NAME`, its name in RENDERERS, a
 * reader in tests/formats.py that compares it with JSON, and a section in docs/output-formats.md.
 */
#ifndef GPUPLAN_RENDER_H
#define GPUPLAN_RENDER_H

#include <stdio.h>

#include "compiler/base/file_name.h"
#include "compiler/finding/rule_page.h"

struct report {
	const struct findings *findings; /* finished */
	const struct sources *sources;
	bool color, help;      /* of text */
	uint32_t max_findings; /* of text, oneline and github; other formats show all */

	/* The rest is for formats for programs. */
	struct report_counts {
		uint32_t files, hosts, vms;
	} counts;
	const struct rule *const *rules; /* all rules; ends with NULL */
	struct page_facts facts;	 /* for their pages */
	const char *version;		 /* gpuplan's */
	struct name_root root;		 /* file names are relative to it */
	enum severity failing;		 /* a finding of this severity or above fails the run */
};

struct renderer {
	const char *name; /* what `lint -f` takes */
	const char *doc;  /* for whom it is and what it holds, for the manual and completions */
	/* Needs the whole report, and findings with their paths (compiler/finding/path.h). */
	bool for_programs;
	void (*render)(const struct report *report, FILE *out);
};

/* In the order of the help. */
#define RENDERERS(X) X(text) X(oneline) X(json) X(sarif) X(github) X(junit)

#define DECLARE_RENDERER(name) extern const struct renderer render_##name;
RENDERERS(DECLARE_RENDERER)
#undef DECLARE_RENDERER

/* All renderers; ends with NULL. */
extern const struct renderer *const renderers[];
/* NULL when there is none. */
const struct renderer *renderer_find(const char *name);

/* How many findings of each severity are shown if at most `max` are: errors first, then warnings.
 */
void render_share(const struct findings *findings, uint32_t max,
		  uint32_t shown[SEVERITY_ERROR + 1]);

#endif
