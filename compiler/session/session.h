/* The internals of a session, for the command line, the language server and the tools.
 *
 * They call the same five functions as users of the library (compiler/session/gpuplan.h), and read
 * the fields below in between. Everything lives in the session's arena. */
#ifndef GPUPLAN_SESSION_H
#define GPUPLAN_SESSION_H

#include <stdio.h>

#include "compiler/base/buffer.h"
#include "compiler/finding/rule.h"
#include "compiler/model/load.h"
#include "compiler/plan/plan.h"
#include "compiler/session/gpuplan.h"

struct rule_level {
	const struct rule *rule;
	enum severity severity; /* 0: off */
};

/* The project file, .gpuplan.yaml: settings for a whole repository. */
struct project {
	const char *file; /* path such as ../.gpuplan.yaml; NULL if there is none */
	struct project_spec spec;
	/* Separate from those of the plan, because the project file is not part of the spec. */
	struct sources sources;
	struct findings findings;
	struct str prefix;  /* "", "../" or "conf/": precedes paths relative to the file */
	const char *folder; /* of the file: absolute, links resolved; NULL: unknown */
};

struct gpuplan_session {
	struct arena *arena;
	struct gpuplan_options options; /* copies of the given ones */
	struct overlay texts;
	/* `texts` in front of the files passed to session_open or, with only_texts, of `held`. */
	struct files files, held;

	/* From gpuplan_open on: */
	struct project project;
	struct catalog *catalog;
	/* From the options, or else from the project file: */
	struct rule_level *levels; /* the last one for a rule applies */
	uint32_t n_levels;
	struct exclude exclude;
	const char *baseline;	    /* NULL: none */
	const char *const *targets; /* of the project file, ending with NULL; NULL if not given */
	size_t n_targets;
	const char *output; /* likewise */

	/* From gpuplan_judge on: */
	bool loaded;
	struct spec spec;
	struct sources sources;
	struct findings findings; /* once settled, only the reported ones */
	struct plan *plan;

	/* From gpuplan_settle on: */
	bool settled;
	uint32_t n_silenced, n_baseline; /* findings hidden by comments and by the baseline */
	uint32_t n_gone;		 /* entries of the baseline that no longer hide anything */
	struct str recorded;		 /* with options.record: the text of the new baseline */
	/* Firm findings that are hidden or lowered, as errors: they still block artifacts. */
	struct findings firm;

	/* After session_artifacts returned GPUPLAN_FINDINGS: the findings that block the named
	 * artifact, or those of `firm` that block all. */
	struct findings blocking;

	bool exhausted; /* memory ran out: other fields may be inconsistent */
	/* Why the last call failed: a text per cause, and all in one. */
	struct str *errors;
	uint32_t n_errors, errors_capacity;
	struct buffer message;
};

/* The five functions of gpuplan.h, except that running out of memory unwinds to the caller's guard
 * (compiler/base/memory.h). All files are read from `files`. `catalog` must outlive the session;
 * NULL opens options->catalog. */
enum gpuplan_status session_open(const struct gpuplan_options *options, const struct files *files,
				 struct catalog *catalog, struct gpuplan_session **ret);
/* Reads the specs, the first half of judging. session_judge calls it unless the caller has. */
enum gpuplan_status session_load(struct gpuplan_session *session);
enum gpuplan_status session_judge(struct gpuplan_session *session);
enum gpuplan_status session_settle(struct gpuplan_session *session);
enum gpuplan_status session_artifacts(struct gpuplan_session *session,
				      const struct gpuplan_artifact_options *options,
				      const struct gpuplan_artifact **ret, size_t *ret_n);
void session_close(struct gpuplan_session *session);

/* The lowest severity that fails the plan. */
enum severity session_failing(const struct gpuplan_session *session);
bool session_fails(const struct gpuplan_session *session);

/* Writes the findings to `out`. GPUPLAN_BAD_OPTION: unknown format. */
enum gpuplan_status session_render(struct gpuplan_session *session,
				   const struct gpuplan_format *format, FILE *out);
/* The findings in the form of gpuplan.h. */
const struct gpuplan_finding *session_findings(struct gpuplan_session *session);

#endif
