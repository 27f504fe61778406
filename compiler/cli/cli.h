/* The command line: one file a command, the only place that prints or exits.
 *
 * New command: its file with a `const struct command`, one line in commands.c. Options stand in one
 * table (options.c), by which they are parsed and every `--help`, the man page and the shells'
 * completions (complete.h) are printed. */
#ifndef GPUPLAN_CLI_H
#define GPUPLAN_CLI_H

#include <stdio.h>

#include "compiler/base/walk.h"
#include "compiler/finding/render.h"
#include "compiler/finding/rule.h"
#include "compiler/plan/plan.h"
#include "compiler/session/project.h"

enum status {
	STATUS_OK = 0,
	STATUS_FINDINGS = 1, /* findings at the failing level, or drift */
	STATUS_TROUBLE = 2,  /* could not run: usage, unreadable file, full disk, out of memory */
};

enum { MAX_OUTPUTS = 8 };

struct rule_override {
	const struct rule *rule;
	enum severity severity; /* 0: off */
};

/* What the command line said. */
struct options {
	bool help;
	const char *config;	    /* --config FILE, or NULL: looked for */
	const char *project_file;   /* the one that was read, NULL: none */
	const char *catalog;	    /* --catalog DIR, or NULL */
	const char *stdin_filename; /* <stdin> */
	const char *color;	    /* auto, always, never */
	bool strict, quiet;
	bool explain; /* --explain: help lines also where no terminal reads */
	uint32_t max_findings;
	uint32_t jobs; /* -j N: threads, 1 or more */
	struct rule_override *overrides;
	uint32_t n_overrides, overrides_capacity;
	struct exclude exclude; /* only the project file has it */
	const char *baseline, *write_baseline;
	/* lint: `-f FORMAT -o FILE` pairs; file NULL: standard output */
	struct {
		enum format format;
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
/* Fills in from the project file what the command line left open. What is wrong with it is printed:
 * STATUS_TROUBLE. */
enum status project_apply(struct arena *arena, const struct command *command,
			  struct options *options);
/* The same in two steps: project->findings says what is wrong, and what is right counts.
 * `absolute`: project_read's. false: the file cannot be read, which is printed. */
bool project_load(struct project *project, struct arena *arena, const struct files *files,
		  bool absolute, const struct command *command, struct options *options);

/* A plan that was read and judged. */
struct workspace {
	struct arena *arena;
	const struct options *options;
	struct sources sources;
	struct findings findings;
	struct catalog *catalog;
	struct plan *plan;
	/* Of the findings that are not shown: by comments, by the baseline; and what the baseline
	 * records in vain. */
	uint32_t n_silenced, n_baseline, n_gone;
};

/* Opens the catalog, reads the paths (none: the working directory), resolves, runs every rule and
 * sorts the findings. Trouble is printed on standard error: STATUS_TROUBLE. */
enum status workspace_open(struct workspace *workspace, struct arena *arena,
			   const struct options *options, char **paths, uint32_t n_paths);
/* The same, read from other files than the system's. */
enum status workspace_open_files(struct workspace *workspace, struct arena *arena,
				 const struct options *options, const struct files *files,
				 char **paths, uint32_t n_paths);
/* What of the findings is reported, and as what: severities, comments, the baseline, in this order
 * (reported.c). workspace_open calls it. */
enum status workspace_settle(struct workspace *workspace);
/* `lint --fix`: a plan whose findings were mended as far as they can be. */
struct fixed {
	const struct workspace *workspace; /* of the mended plan */
	struct attempt *first, *last;	   /* private to fix.c */
	uint32_t n_fixed;		   /* findings */
	uint32_t n_refused;		   /* fixes that would make it worse */
	uint32_t n_untried;		   /* fixes that were given up: too many are bad */
	bool changed;			   /* any text; with --diff: it would be */
};

/* Opens the plan, mends it, and writes the files, or prints the diff, or the text that came from
 * standard input. Trouble is printed: STATUS_TROUBLE. Either way fix_done frees it. */
enum status fix_plan(struct fixed *fixed, const struct options *options);
void fix_done(struct fixed *fixed);
/* Standard output is taken: by the diff, or by the text that came from standard input. */
bool fix_takes_output(const struct options *options);
/* "3 fixed, 2 left (1 more with --unsafe-fixes)", to standard error. */
void fix_print_summary(const struct fixed *fixed, const struct options *options);

/* 1 where a finding fails the run (an error; with --strict a warning), else 0. */
enum status workspace_verdict(const struct workspace *workspace);
/* Prints the findings in one format. */
void workspace_print(const struct workspace *workspace, enum format format, FILE *out);
/* "2 errors, 1 warning in 3 files (2 skipped)", to standard error. */
void workspace_print_summary(const struct workspace *workspace);

/* --color, NO_COLOR and whether a terminal reads. */
bool want_color(const struct options *options, FILE *out);
/* Where a table of --catalog is wrong, and what. */
void print_catalog_error(const struct catalog_error *error);
/* "gpuplan: …" on standard error. */
void trouble(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* A file that the user names for output. A regular file is written beside its place and put there
 * when it is whole: who reads it after a failed run sees the old one or none. */
struct out_file {
	const char *name; /* NULL: `standard` */
	FILE *out;
	char *temp, *path; /* of the renaming; NULL: `out` is the place itself */
};

/* Both print what is wrong and return false. What was opened must be closed. */
bool out_file_open(struct out_file *file, struct arena *arena, const char *name, FILE *standard);
bool out_file_close(struct out_file *file);

/* Writes everything out; false (and says so) where standard output could not take it. */
bool flush_output(FILE *out, const char *name);

#endif
