/* gpuplan as a library: reads specs of hosts and virtual machines, judges them, and writes the
 * artifacts that they describe.
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
 * Order: open, judge and settle once each; then everything else, as often as wanted; then close.
 * A call out of order returns GPUPLAN_BAD_CALL and changes nothing.
 *
 * Errors: every call returns a status, and gpuplan_message says what went wrong. What is wrong with
 * a spec is no error but a finding. After GPUPLAN_NO_MEMORY only gpuplan_close may follow.
 *
 * Ownership: gpuplan_open copies what its options point to. Everything that a call hands out
 * belongs to the session and lives until gpuplan_close. Texts are UTF-8 as far as the user's own
 * bytes are, and NUL-terminated.
 *
 * Threads: a session is used by one thread at a time. Different sessions share nothing and may be
 * used by different threads at once. A session starts the threads of `jobs` within a call and ends
 * them before it returns.
 *
 * The library does not print, exit, read the environment, install signal handlers, or change the
 * working directory or the locale. It reads files, and writes none. */
#ifndef GPUPLAN_H
#define GPUPLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GPUPLAN_API __attribute__((visibility("default")))

struct gpuplan_session;

enum gpuplan_status {
	GPUPLAN_OK,
	GPUPLAN_NO_MEMORY,
	GPUPLAN_BAD_CALL,    /* out of order */
	GPUPLAN_BAD_OPTION,  /* an option has a value that it cannot have */
	GPUPLAN_BAD_PROJECT, /* the project file has wrong keys or values */
	GPUPLAN_UNREADABLE,  /* a file, a folder or a table of the catalog */
	GPUPLAN_NOT_FOUND,   /* the plan has no VM or host of that name */
	GPUPLAN_FINDINGS,    /* findings fail the plan: nothing may be written for it */
	GPUPLAN_UNWRITABLE,  /* the text of an artifact cannot be made */
};

enum gpuplan_severity { GPUPLAN_OFF, GPUPLAN_NOTE, GPUPLAN_WARNING, GPUPLAN_ERROR };

/* The severity of all findings of a rule. */
struct gpuplan_level {
	const char *rule;
	enum gpuplan_severity severity;
};

/* A text that stands in for the file at `path`, which need not exist. */
struct gpuplan_text {
	const char *path; /* as a walk of `paths` names it; `-`: standard input */
	const char *text;
	size_t length; /* bytes */
};

/* Zeroed, the options read the specs of the working directory. */
struct gpuplan_options {
	/* Files, folders, which are walked for *.yaml and *.yml, and `-`, standard input. None: the
	 * working directory. */
	const char *const *paths;
	size_t n_paths;
	/* Files of `paths` count as found by a walk: one that is no spec is skipped, not wrong. */
	bool found;
	const struct gpuplan_text *texts;
	size_t n_texts;
	bool only_texts;	/* there are no other files: nothing is read from the disk */
	const char *stdin_name; /* of `-` in findings; NULL: <stdin> */

	const char *catalog; /* folder of tables that replace built-in ones, or NULL */

	/* The project file, or NULL. Then, with a project_folder, .gpuplan.yaml is looked for there
	 * and above, up to the root of the repository; "": the working directory. What the options
	 * say takes precedence over it. */
	const char *project, *project_folder;

	const struct gpuplan_level *levels; /* the last one for a rule counts */
	size_t n_levels;
	const char *baseline; /* file of findings to hide, or NULL */
	bool record;	      /* makes a new baseline of all findings, which hides them */
	bool strict;	      /* a warning fails the plan, as an error does */
	uint32_t jobs;	      /* threads at most; 0 is one. They change no result */
};

/* Reads the project file and opens the catalog. GPUPLAN_UNREADABLE, GPUPLAN_BAD_OPTION (a level for
 * an unknown rule, or one that is always an error), GPUPLAN_BAD_PROJECT: what is right in the
 * project file counts, and the session may go on. Sets *ret to a session, which is to be closed, or
 * with GPUPLAN_NO_MEMORY to NULL. */
GPUPLAN_API enum gpuplan_status gpuplan_open(const struct gpuplan_options *options,
					     struct gpuplan_session **ret);

/* Reads the specs, resolves them and runs every rule. GPUPLAN_UNREADABLE: what could be read was
 * judged, and the session may go on. */
GPUPLAN_API enum gpuplan_status gpuplan_judge(struct gpuplan_session *session);

/* Decides which findings are reported, and as what: severities first, then the specs' ignore
 * comments, then the baseline. GPUPLAN_UNREADABLE: the baseline. Findings that no artifact can be
 * written with still fail gpuplan_artifacts. */
GPUPLAN_API enum gpuplan_status gpuplan_settle(struct gpuplan_session *session);

struct gpuplan_artifact_options {
	/* What `compile -t` takes. None: the project file's, or all. */
	const char *const *targets;
	size_t n_targets;
	/* NULL: all artifacts. Else the one of that VM or host, for one target; what is wrong with
	 * others does not stand against it. */
	const char *name;
	const char *variant; /* of it, as `show --devices` has it; NULL: the plain one */
	/* Called now and then from the caller's thread; may be NULL. */
	void (*progress)(void *context, uint32_t done, uint32_t total);
	void *context;
};

/* A file to write. */
struct gpuplan_artifact {
	const char *target;    /* libvirt */
	const char *host, *vm; /* that it is for; both NULL: all of them */
	const char *path;      /* below the output folder; NULL: a variant without a place there */
	const char *text;
	size_t length; /* bytes */
};

/* The artifacts of the plan, in the order of their targets, hosts and VMs; `options` may be NULL.
 * GPUPLAN_FINDINGS, GPUPLAN_NOT_FOUND, GPUPLAN_BAD_OPTION (no such target, or what is named has
 * no such artifact), GPUPLAN_UNWRITABLE. */
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

/* The findings that are reported, in the order of their places. */
GPUPLAN_API enum gpuplan_status gpuplan_findings(struct gpuplan_session *session,
						 const struct gpuplan_finding **ret, size_t *ret_n);

struct gpuplan_summary {
	uint32_t files, skipped; /* read as specs; found by a walk, and no specs of gpuplan */
	uint32_t hosts, vms;
	uint32_t errors, warnings, notes; /* reported */
	uint32_t silenced, in_baseline;	  /* hidden by comments, by the baseline */
	uint32_t gone;			  /* entries of the baseline that hide nothing any more */
	bool fails;			  /* findings fail the plan */
};

GPUPLAN_API enum gpuplan_status gpuplan_summary(struct gpuplan_session *session,
						struct gpuplan_summary *ret);

struct gpuplan_format {
	const char *name;      /* what `lint -f` takes: text, oneline, json, sarif, github, junit */
	bool color, help;      /* of text */
	uint32_t max_findings; /* of text, oneline and github; 0: all */
	/* The folder that a pipeline says the repository is in: sarif, github and junit name files
	 * from there. NULL: from the working directory. */
	const char *checkout;
};

/* The findings as a text. GPUPLAN_BAD_OPTION: there is no such format. */
GPUPLAN_API enum gpuplan_status gpuplan_render(struct gpuplan_session *session,
					       const struct gpuplan_format *format,
					       const char **ret, size_t *ret_length);

/* With options.record: the new baseline, to be written to a file by the caller. */
GPUPLAN_API enum gpuplan_status gpuplan_baseline(struct gpuplan_session *session, const char **ret,
						 size_t *ret_length);

/* "0.1.0" */
GPUPLAN_API const char *gpuplan_version(void);

/* Why the last call failed, a line for each cause; empty after GPUPLAN_OK. Takes NULL, which is a
 * session that had no memory. */
GPUPLAN_API const char *gpuplan_message(const struct gpuplan_session *session);

/* Takes NULL. */
GPUPLAN_API void gpuplan_close(struct gpuplan_session *session);

#endif
