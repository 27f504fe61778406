/* The command line: one file a command, the only place that prints or exits.
 *
 * New command: its file with a `const struct command`, one line in commands.c. Options stand in one
 * table (option_rows.c), by which they are parsed and every `--help`, the man page and the shells'
 * completions (complete.h) are printed. */
#ifndef GPUPLAN_CLI_H
#define GPUPLAN_CLI_H

#include <stdio.h>

#include "compiler/session/mend.h"
#include "compiler/session/session.h"

enum status {
	STATUS_OK = 0,
	STATUS_FINDINGS = 1, /* findings at the failing level, or drift */
	STATUS_TROUBLE = 2,  /* could not run: usage, unreadable file, full disk, out of memory */
};

enum { MAX_OUTPUTS = 8 };

/* The options and arguments of the command line. */
struct options {
	bool help;
	const char *config;	    /* --config FILE, or NULL: looked for */
	const char *catalog;	    /* --catalog DIR, or NULL */
	const char *stdin_filename; /* <stdin> */
	const char *color;	    /* auto, always, never */
	bool strict, quiet;
	bool explain; /* --explain: help lines also where no terminal reads */
	uint32_t max_findings;
	uint32_t jobs;		      /* -j N: threads, 1 or more */
	struct gpuplan_level *levels; /* --rule, each */
	uint32_t n_levels, levels_capacity;
	const char *baseline, *write_baseline;
	/* lint: `-f FORMAT -o FILE` pairs; file NULL: standard output */
	struct {
		const char *format; /* NULL: auto */
		const char *file;
	} outputs[MAX_OUTPUTS];
	uint32_t n_outputs;
	const char
		*format; /* rules, boards, schema, explain, graph: --format as written, or NULL */
	const char *output;  /* compile -o DIR */
	const char *targets; /* -t a,b */
	const char *depfile;
	const char *root;    /* discover --root DIR, or NULL: the live machine */
	const char *variant; /* show --devices, --shell: "devices", "shell"; NULL: neither */
	bool check;
	const char **hosts; /* graph: --host PATTERN, each */
	uint32_t n_hosts, hosts_capacity;
	bool fix;	  /* lint --fix; the two others imply it */
	bool unsafe;	  /* --unsafe-fixes */
	bool diff;	  /* --diff: shown, not written */
	char **arguments; /* what is no option: paths, names */
	uint32_t n_arguments;
};

struct command {
	const char *name;
	const char *arguments; /* "[PATH…]": for the usage line, and what a shell completes */
	const char *summary;
	enum status (*run)(struct arena *arena, const struct options *options);
	unsigned bit; /* of the option table's `commands` */
};

enum {
	COMMAND_LINT = 1 << 0,
	COMMAND_COMPILE = 1 << 1,
	COMMAND_SHOW = 1 << 2,
	COMMAND_RULES = 1 << 3,
	COMMAND_EXPLAIN = 1 << 4,
	COMMAND_BOARDS = 1 << 5,
	COMMAND_SCHEMA = 1 << 6,
	COMMAND_VERSION = 1 << 7,
	COMMAND_IMPORT = 1 << 8,
	COMMAND_GRAPH = 1 << 9,
	COMMAND_DISCOVER = 1 << 10,
	COMMAND_LSP = 1 << 11,
	COMMANDS_WITH_PLAN = COMMAND_LINT | COMMAND_COMPILE | COMMAND_SHOW | COMMAND_GRAPH,
};

extern const struct command command_lint, command_compile, command_show, command_rules,
	command_explain, command_boards, command_schema, command_import, command_graph,
	command_discover, command_lsp, command_version;
extern const struct command *const commands[];	      /* commands.c; ends with NULL */
const struct command *command_find(const char *name); /* NULL: there is none */

/* Parses what follows the command's name. Usage errors are printed: STATUS_TROUBLE. */
enum status options_parse(struct arena *arena, const struct command *command, int argc, char **argv,
			  struct options *out);
void options_print_help(FILE *out, const struct command *command);

/* --- a session as the options ask for it: session.c --- */

/* What the options say of a session, but for its paths. */
struct gpuplan_options session_options(const struct options *options);
/* Opens a session for the paths among the arguments, which are those from `first` on (none: the
 * working directory). What goes wrong is printed: STATUS_TROUBLE. Either way the session is to be
 * closed. */
enum status open_session(struct gpuplan_session **session, const struct options *options,
			 uint32_t first);
/* Judges and settles it, and writes the baseline that --write-baseline asks for; likewise. */
enum status judge_session(struct gpuplan_session *session, const struct options *options);
/* Both. */
enum status read_plan(struct gpuplan_session **session, const struct options *options,
		      uint32_t first);
/* 1 where a finding fails the run (an error; with --strict a warning), else 0. */
enum status session_verdict(const struct gpuplan_session *session);
/* Prints why its last call failed; returns STATUS_TROUBLE. */
enum status session_trouble(const struct gpuplan_session *session);

/* --- findings: findings.c --- */

/* Prints the session's findings in one format; NULL: GitHub's on its runners, else text. */
void print_findings(struct gpuplan_session *session, const struct options *options,
		    const char *format, FILE *out);
/* Prints some of its findings, or of its project file's, as text. */
void print_some_findings(const struct options *options, const struct findings *findings,
			 const struct sources *sources, bool help, FILE *out);
/* "2 errors, 1 warning in 3 files (2 skipped)", to standard error. */
void print_summary(const struct gpuplan_session *session, const struct options *options);
/* --color, NO_COLOR and whether a terminal reads. */
bool want_color(const struct options *options, FILE *out);

/* --- lint --fix: fix.c --- */

struct fixed {
	struct gpuplan_session *first;
	struct mended mended;
	bool changed; /* any text; with --diff: it would be */
};

/* Opens the plan, mends it, and writes the files, or prints the diff, or the text that came from
 * standard input. Trouble is printed: STATUS_TROUBLE. Either way fix_done frees it. */
enum status fix_plan(struct fixed *fixed, const struct options *options);
void fix_done(struct fixed *fixed);
/* Standard output is taken: by the diff, or by the text that came from standard input. */
bool fix_takes_output(const struct options *options);
/* "3 fixed, 2 left (1 more with --unsafe-fixes)", to standard error. */
void fix_print_summary(const struct fixed *fixed, const struct options *options);

/* --- output: output.c --- */

/* The catalog with the tables of --catalog, or NULL. Errors are printed. */
struct catalog *open_catalog(struct arena *arena, const char *folder);
/* "gpuplan: …" on standard error. */
void trouble(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The same of unknown_name (schema/nearest.h). */
void trouble_unknown(const char *what, struct str name, struct str near, const char *otherwise);
/* Writes a file that the user names for output: files_write. false: it failed, which is printed. */
bool write_out(struct arena *arena, const char *name, struct str text);
/* Writes everything out; false (and says so) where standard output could not take it. */
bool flush_output(FILE *out, const char *name);

#endif
