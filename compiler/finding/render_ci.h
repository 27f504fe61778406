/* Findings for the programs of a pipeline: SARIF, GitHub's annotations, JUnit.
 *
 * All are written finding by finding: however many there are, the text of one is in memory. They
 * name files as the repository does (compiler/base/file_name.h), whatever folder the run was in. */
#ifndef GPUPLAN_RENDER_CI_H
#define GPUPLAN_RENDER_CI_H

#include <stdio.h>

#include "compiler/base/file_name.h"
#include "compiler/finding/rule.h"
#include "compiler/source/source.h"

struct ci_report {
	const struct findings *findings; /* finished, with their paths (compiler/finding/path.h) */
	const struct sources *sources;
	const struct rule *const *rules; /* all that there are; ends with NULL */
	const char *version;		 /* gpuplan's */
	struct name_root root;
	enum severity failing; /* a finding of this severity or above fails the run */
	uint32_t max_findings; /* of annotations; the other two are whole */
};

void render_sarif(const struct ci_report *report, FILE *out);
void render_github(const struct ci_report *report, FILE *out);
void render_junit(const struct ci_report *report, FILE *out);

/* --- what they share --- */

/* Standard input without a name of its own: no file to point at. */
bool ci_no_file(const struct source *source);
/* The file as the repository names it; what the user sees where there is no file. */
struct str ci_name(const struct ci_report *report, struct arena *arena,
		   const struct source *source);
/* For each finding, how many before it in its file have its rule and its path. */
const uint32_t *ci_repeats(const struct ci_report *report, struct arena *arena);

#endif
