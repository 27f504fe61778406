/* The inside of a session, for the command line, the language server and the tools.
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

/* The project file, .gpuplan.yaml: what a whole repository wants, next to its specs. */
struct project {
	const char *file; /* the path to it: ../.gpuplan.yaml; NULL: there is none */
	struct project_spec spec;
	/* Apart from the plan's: the project file is no part of the spec. */
	struct sources sources;
	struct findings findings;
	struct str prefix;  /* "", "../" or "conf/": goes before paths that are relative to it */
	const char *folder; /* that holds it: absolute, without symbolic links; NULL: unknown */
};

struct gpuplan_session {
	struct arena *arena;
	struct gpuplan_options options; /* as they were given; copies */
	struct overlay texts;
	/* `texts` in front of the files that it was opened with or, with only_texts, of `held`. */
	struct files files, held;

	/* From gpuplan_open on: */
	struct project project;
	struct catalog *catalog;
	/* What the options say, or else the project file. */
	struct rule_level *levels; /* the last one for a rule counts */
	uint32_t n_levels;
	struct exclude exclude;
	const char *baseline;	    /* NULL: none */
	const char *const *targets; /* of the project file; ends with NULL. NULL: not given */
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
	uint32_t n_silenced, n_baseline; /* findings hidden by comments, by the baseline */
	uint32_t n_gone;		 /* entries of the baseline that hide nothing any more */
	struct str recorded;		 /* with options.record: the text of the new baseline */
	/* Firm findings that are hidden or lowered. As errors: they still forbid artifacts. */
	struct findings firm;

	/* After GPUPLAN_FINDINGS of session_artifacts: what forbids the artifact that was named, or
	 * which of `firm` forbid all. */
	struct findings blocking;

	bool exhausted; /* memory ran out: the rest may be half done */
	/* Why the last call failed: one text per cause, and all in one. */
	struct str *errors;
	uint32_t n_errors, errors_capacity;
	struct buffer message;
};

/* The five functions of gpuplan.h, but out of memory unwinds to the caller's guard
 * (compiler/base/memory.h). Everything is read from `files`. `catalog` must outlive the session;
 * NULL: options->catalog is opened. */
enum gpuplan_status session_open(const struct gpuplan_options *options, const struct files *files,
				 struct catalog *catalog, struct gpuplan_session **ret);
/* Reads the specs, which is the first half of judging. session_judge calls it unless the caller
 * did. */
enum gpuplan_status session_load(struct gpuplan_session *session);
enum gpuplan_status session_judge(struct gpuplan_session *session);
enum gpuplan_status session_settle(struct gpuplan_session *session);
enum gpuplan_status session_artifacts(struct gpuplan_session *session,
				      const struct gpuplan_artifact_options *options,
				      const struct gpuplan_artifact **ret, size_t *ret_n);
void session_close(struct gpuplan_session *session);

/* A finding of this severity or above fails the plan. */
enum severity session_failing(const struct gpuplan_session *session);
bool session_fails(const struct gpuplan_session *session);

/* GPUPLAN_BAD_OPTION: there is no such format. */
enum gpuplan_status session_render(struct gpuplan_session *session,
				   const struct gpuplan_format *format, FILE *out);
/* The findings as a user of the library gets them. */
const struct gpuplan_finding *session_findings(struct gpuplan_session *session);

#endif
