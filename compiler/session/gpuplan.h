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
	GPUPLAN_UNREADABLE,  /* a file, a folder, or a table of the catalog */
	GPUPLAN_NOT_FOUND,   /* the plan has no VM or host of that name */
	GPUPLAN_FINDINGS,    /* findings forbid to write artifacts */
	GPUPLAN_UNWRITABLE,  /* an artifact could not be made */
};

enum gpuplan_severity { GPUPLAN_OFF, GPUPLAN_NOTE, GPUPLAN_WARNING, GPUPLAN_ERROR };

/* Sets the severity of a rule's findings. */
struct gpuplan_level {
	const char *rule;
	enum gpuplan_severity severity;
};

/* A text to read in place of a file, which need not exist. */
struct gpuplan_text {
	const char *path; /* as gpuplan_options.paths leads to it; `-`: standard input */
	const char *text;
	size_t length; /* bytes */
};

/* All zero: the specs in the working directory, without a project file. */
struct gpuplan_options {
	/* Files, folders to walk for *.yaml and *.yml, and `-` for standard input. None: the
	 * working directory. */
	const char *const *paths;
	size_t n_paths;
	/* Files in `paths` are treated as if a walk had found them: those that are no specs are
	 * skipped instead of reported. */
	bool found;
	const struct gpuplan_text *texts;
	size_t n_texts;
	bool only_texts;	/* no other file exists; the disk is not read */
	const char *stdin_name; /* what findings call `-`; NULL: <stdin> */

	const char *catalog; /* a folder of tables that replace built-in ones, or NULL */

	/* The project file. NULL: .gpuplan.yaml is searched for in project_folder ("": the working
	 * directory) and the folders above it, up to the root of the repository; with both NULL
	 * there is none. The options take precedence over it. */
	const char *project, *project_folder;

	const struct gpuplan_level *levels; /* of several for one rule the last counts */
	size_t n_levels;
	const char *baseline; /* a file of findings to hide, or NULL */
	bool record;	      /* make a new baseline of all findings and hide them */
	bool strict;	      /* warnings forbid to write artifacts, as errors do */
	uint32_t jobs; /* maximum number of threads; 0 means 1. Results do not depend on it */
};

/* Reads the project file and opens the catalog.
 *
 * GPUPLAN_BAD_OPTION: a level for an unknown rule, or for one whose severity is fixed.
 * GPUPLAN_BAD_PROJECT: the rest of the project file counts, and the session can go on.
 * GPUPLAN_UNREADABLE: the project file or the catalog; without a catalog, gpuplan_judge is out of
 * order. *ret is always set: to a session to be closed, or to NULL with GPUPLAN_NO_MEMORY. */
GPUPLAN_API enum gpuplan_status gpuplan_open(const struct gpuplan_options *options,
					     struct gpuplan_session **ret);

/* Reads the specs, resolves them and runs every rule. GPUPLAN_UNREADABLE: the rest was judged, and
 * the session can go on. */
GPUPLAN_API enum gpuplan_status gpuplan_judge(struct gpuplan_session *session);

/* Decides which findings are reported, and with which severity: applies the levels, then the specs'
 * ignore comments, then the baseline. Findings that make an artifact impossible still forbid it
 * when they are hidden or lowered. GPUPLAN_UNREADABLE: the baseline. */
GPUPLAN_API enum gpuplan_status gpuplan_settle(struct gpuplan_session *session);

struct gpuplan_artifact_options {
	/* As `gpuplan compile -t` takes them. None: those of the project file, or all. */
	const char *const *targets;
	size_t n_targets;
	/* NULL: all artifacts. Else only that of this VM or host, for one target; errors elsewhere
	 * do not forbid it. */
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
	const char *path;      /* below an output folder; NULL: not meant for one (a variant) */
	const char *text;
	size_t length; /* bytes */
};

/* Makes artifacts, in the order of their targets. `options` may be NULL. GPUPLAN_FINDINGS,
 * GPUPLAN_NOT_FOUND, GPUPLAN_UNWRITABLE, or GPUPLAN_BAD_OPTION: there is no such target or variant,
 * or the VM or host has no such artifact. */
GPUPLAN_API enum gpuplan_status gpuplan_artifacts(struct gpuplan_session *session,
						  const struct gpuplan_artifact_options *options,
						  const struct gpuplan_artifact **ret,
						  size_t *ret_n);

/* A piece of a file: from a character up to, not including, another. Lines and columns count from
 * 1; columns are Unicode code points. */
struct gpuplan_place {
	const char *file; /* as the caller named it or the walk found it */
	uint32_t line, column, end_line, end_column;
};

/* Another place that matters. */
struct gpuplan_note {
	struct gpuplan_place place;
	const char *message;
};

struct gpuplan_finding {
	const char *rule;
	enum gpuplan_severity severity;
	struct gpuplan_place place; /* the smallest wrong piece */
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
	uint32_t skipped; /* files that a walk found and that are no specs */
	uint32_t hosts, vms;
	uint32_t errors, warnings, notes; /* reported findings */
	uint32_t silenced, in_baseline;	  /* findings hidden by comments, by the baseline */
	uint32_t gone;			  /* entries of the baseline that hide nothing any more */
	bool fails;			  /* an error, or with `strict` a warning, is reported */
};

GPUPLAN_API enum gpuplan_status gpuplan_summary(struct gpuplan_session *session,
						struct gpuplan_summary *ret);

struct gpuplan_format {
	const char *name;      /* what `lint -f` takes: text, oneline, json, sarif, github, junit */
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

/* Why the last call failed, one line per cause; empty after GPUPLAN_OK. NULL is a session for which
 * there was no memory. */
GPUPLAN_API const char *gpuplan_message(const struct gpuplan_session *session);

/* Takes NULL. */
GPUPLAN_API void gpuplan_close(struct gpuplan_session *session);

#ifdef __cplusplus
}
#endif

#endif
