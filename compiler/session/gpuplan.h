/* gpuplan as a library: reads specs of GPU hosts and virtual machines, checks them, and makes the
 * artifacts that they describe (libvirt XML, QEMU arguments, …).
 *
 *     struct gpuplan_options options = {.paths = &path, .n_paths = 1};
 *     struct gpuplan_session *session;
 *
 *     if (gpuplan_open(&options, &session) == GPUPLAN_OK &&
 *         gpuplan_judge(session) == GPUPLAN_OK && gpuplan_settle(session) == GPUPLAN_OK)
 *             …
 *     else
 *             fprintf(stderr, "%s\n", gpuplan_message(session));
 *     gpuplan_close(session);
 *
 * Order: open, judge and settle, once each; then all other functions, in any order and any number
 * of times; then close. A call out of order returns GPUPLAN_BAD_CALL and changes nothing.
 *
 * Errors: every function returns a status, and gpuplan_message explains the last one. Mistakes in a
 * spec are findings, not errors. Results are set only with GPUPLAN_OK, but for gpuplan_open. After
 * GPUPLAN_NO_MEMORY the session can only be closed.
 *
 * Ownership: gpuplan_open copies everything that its options point to. All results belong to the
 * session and live until gpuplan_close. Strings are NUL-terminated, and UTF-8 where the user's
 * files are.
 *
 * Threads: one thread at a time uses a session. Different sessions share nothing, so different
 * threads may use them at the same time. With `jobs`, a session starts threads within a call and
 * joins them before the call returns.
 *
 * The library reads files and writes none. It does not print, exit, read the environment, handle
 * signals, or change the working directory or the locale. */
#ifndef GPUPLAN_H
#define GPUPLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define GPUPLAN_API __attribute__((visibility("default")))

struct gpuplan_session;

enum gpuplan_status {
	GPUPLAN_OK,
	GPUPLAN_NO_MEMORY,
	GPUPLAN_BAD_CALL,    /* out of order */
	GPUPLAN_BAD_OPTION,  /* an invalid value of an option */
	GPUPLAN_BAD_PROJECT, /* invalid keys or values in the project file */
	GPUPLAN_UNREADABLE,  /* a file, a folder, or a table of the catalog cannot be read */
	GPUPLAN_NOT_FOUND,   /* the plan has no VM or host of that name */
	GPUPLAN_FINDINGS,    /* findings block the artifacts */
	GPUPLAN_UNWRITABLE,  /* an artifact could not be made */
};

enum gpuplan_severity { GPUPLAN_OFF, GPUPLAN_NOTE, GPUPLAN_WARNING, GPUPLAN_ERROR };

/* The severity of a rule's findings. */
struct gpuplan_level {
	const char *rule;
	enum gpuplan_severity severity;
};

/* A text to read in place of a file, which need not exist. */
struct gpuplan_text {
	const char *path; /* as reached from gpuplan_options.paths; `-`: standard input */
	const char *text;
	size_t length; /* bytes */
};

/* All zero: the specs in the working directory, without a project file. */
struct gpuplan_options {
	/* Files, folders to walk for *.yaml and *.yml, and `-` for standard input. None: the
	 * working directory. */
	const char *const *paths;
	size_t n_paths;
	/* Treat files in `paths` as if a walk had found them: skip files that are not specs,
	 * instead of reporting them. */
	bool found;
	const struct gpuplan_text *texts;
	size_t n_texts;
	bool only_texts;	/* no other file exists; the disk is not read */
	const char *stdin_name; /* name of `-` in findings; NULL: <stdin> */

	const char *catalog; /* a folder of tables that replace built-in ones, or NULL */

	/* The project file. NULL: .gpuplan.yaml is searched for in project_folder ("": the working
	 * directory) and the folders above it, up to the root of the repository; with both NULL
	 * there is none. The options take precedence over it. */
	const char *project, *project_folder;

	const struct gpuplan_level *levels; /* the last one for a rule applies */
	size_t n_levels;
	const char *baseline; /* a file of findings to hide, or NULL */
	bool record;	      /* put all findings into a new baseline, and hide them */
	bool strict;	      /* warnings block artifacts, as errors do */
	uint32_t jobs; /* maximum number of threads; 0 means 1. Results do not depend on it */
};

/* Reads the project file and opens the catalog.
 *
 * GPUPLAN_BAD_OPTION: a level is for an unknown rule, or for one whose severity is fixed.
 * GPUPLAN_BAD_PROJECT: the valid part of the project file applies, and the session can continue.
 * GPUPLAN_UNREADABLE: the project file or the catalog cannot be read; without a catalog,
 * gpuplan_judge is out of order. *ret is always set: to a session that must be closed, or to NULL
 * with GPUPLAN_NO_MEMORY. */
GPUPLAN_API enum gpuplan_status gpuplan_open(const struct gpuplan_options *options,
					     struct gpuplan_session **ret);

/* Reads the specs, resolves them and runs all rules. GPUPLAN_UNREADABLE: some files cannot be read;
 * the others are judged, and the session can continue. */
GPUPLAN_API enum gpuplan_status gpuplan_judge(struct gpuplan_session *session);

/* Decides which findings are reported, and with which severity: applies the levels, then the ignore
 * comments of the specs, then the baseline. Findings that make an artifact impossible block it even
 * if they are hidden or lowered. GPUPLAN_UNREADABLE: the baseline cannot be read. */
GPUPLAN_API enum gpuplan_status gpuplan_settle(struct gpuplan_session *session);

struct gpuplan_artifact_options {
	/* Targets, as for `gpuplan compile -t`. None: those of the project file, or all. */
	const char *const *targets;
	size_t n_targets;
	/* NULL: all artifacts. Else only that of this VM or host, for one target, which errors
	 * elsewhere do not block. */
	const char *name;
	const char *variant; /* with a name: "devices" or "shell"; NULL: the plain artifact */
	/* Called from time to time in the caller's thread; may be NULL. */
	void (*progress)(void *context, uint32_t done, uint32_t total);
	void *context;
};

/* A file to write. */
struct gpuplan_artifact {
	const char *target;    /* libvirt */
	const char *host, *vm; /* of a host, vm is NULL; of the whole plan, both are */
	const char *path;      /* relative to an output folder; NULL for a variant */
	const char *text;
	size_t length; /* bytes */
};

/* Makes artifacts, in the order of their targets. `options` may be NULL. Fails with
 * GPUPLAN_FINDINGS, GPUPLAN_NOT_FOUND, GPUPLAN_UNWRITABLE, or GPUPLAN_BAD_OPTION if there is no
 * such target or variant, or the VM or host has no such artifact. */
GPUPLAN_API enum gpuplan_status gpuplan_artifacts(struct gpuplan_session *session,
						  const struct gpuplan_artifact_options *options,
						  const struct gpuplan_artifact **ret,
						  size_t *ret_n);

/* A range in a file, without its end. Lines and columns count from 1; columns are in Unicode code
 * points. */
struct gpuplan_place {
	const char *file; /* as the caller gave it or the walk found it */
	uint32_t line, column, end_line, end_column;
};

/* Another relevant place. */
struct gpuplan_note {
	struct gpuplan_place place;
	const char *message;
};

struct gpuplan_finding {
	const char *rule;
	enum gpuplan_severity severity;
	struct gpuplan_place place; /* the smallest wrong part */
	const char *message;
	const char *help; /* what to write instead; may be empty */
	const char *path; /* vms.train-1.gpus[0].vgpu; may be empty */
	const struct gpuplan_note *notes;
	size_t n_notes;
};

/* The reported findings, in the order of their places. */
GPUPLAN_API enum gpuplan_status gpuplan_findings(struct gpuplan_session *session,
						 const struct gpuplan_finding **ret, size_t *ret_n);

struct gpuplan_summary {
	uint32_t files;	  /* specs that were read */
	uint32_t skipped; /* files found by a walk that are not specs */
	uint32_t hosts, vms;
	uint32_t errors, warnings, notes; /* reported findings */
	uint32_t silenced, in_baseline;	  /* findings hidden by comments, by the baseline */
	uint32_t gone;			  /* entries of the baseline that no longer hide anything */
	bool fails;			  /* an error, or with `strict` a warning, is reported */
};

GPUPLAN_API enum gpuplan_status gpuplan_summary(struct gpuplan_session *session,
						struct gpuplan_summary *ret);

struct gpuplan_format {
	const char *name;      /* as for `lint -f`: text, oneline, json, sarif, github, junit */
	bool color, help;      /* of text */
	uint32_t max_findings; /* of text, oneline and github; 0: all */
	/* sarif, github and junit name files relative to this folder, the root of the repository;
	 * NULL: to the working directory. */
	const char *checkout;
};

/* The reported findings as one text. GPUPLAN_BAD_OPTION: an unknown format. */
GPUPLAN_API enum gpuplan_status gpuplan_render(struct gpuplan_session *session,
					       const struct gpuplan_format *format,
					       const char **ret, size_t *ret_length);

/* The new baseline that options.record asks for, as the text of its file; else empty. */
GPUPLAN_API enum gpuplan_status gpuplan_baseline(struct gpuplan_session *session, const char **ret,
						 size_t *ret_length);

/* "0.1.0" */
GPUPLAN_API const char *gpuplan_version(void);

/* Why the last call failed, one line per cause; empty after GPUPLAN_OK. A NULL session means that
 * memory ran out. */
GPUPLAN_API const char *gpuplan_message(const struct gpuplan_session *session);

/* Accepts NULL. */
GPUPLAN_API void gpuplan_close(struct gpuplan_session *session);

#ifdef __cplusplus
}
#endif

#endif
