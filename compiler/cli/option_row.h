/* The rows of the option table (option_rows.c): the command line is parsed by them, and every
 * `--help`, the man page and the answers of `gpuplan complete` are printed from them.
 *
 * New option: its id, its row in option_rows.c and its case in parse_one in options.c; the words of
 * a FORMAT or WHEN are listed beside the rows. */
#ifndef GPUPLAN_OPTION_ROW_H
#define GPUPLAN_OPTION_ROW_H

#include "compiler/cli/cli.h"

enum option_id {
	OPTION_HELP = 256,
	OPTION_FORMAT,
	OPTION_OUTPUT,
	OPTION_TARGET,
	OPTION_RULE,
	OPTION_STRICT,
	OPTION_EXPLAIN,
	OPTION_CATALOG,
	OPTION_MAX_FINDINGS,
	OPTION_STDIN_FILENAME,
	OPTION_COLOR,
	OPTION_JOBS,
	OPTION_QUIET,
	OPTION_CHECK,
	OPTION_DEPFILE,
	OPTION_DEVICES,
	OPTION_SHELL,
	OPTION_CONFIG,
	OPTION_BASELINE,
	OPTION_WRITE_BASELINE,
	OPTION_HOST,
	OPTION_ROOT,
	OPTION_FIX,
	OPTION_UNSAFE_FIXES,
	OPTION_DIFF,
	OPTION_STDIO,
	OPTION_END,
};

enum { MAX_OPTIONS = OPTION_END - OPTION_HELP }; /* a command has each at most once */

struct option_row {
	const char *name;     /* long, without dashes */
	char letter;	      /* 0: none */
	const char *argument; /* as the help calls it, and so what it is (complete.c); NULL: none */
	enum option_id id;
	unsigned commands; /* COMMAND_* that take it */
	/* Behind the words, where there are some: then it goes on with "; " or " (". */
	const char *doc;
};

/* The words that are listed for the row, ends with NULL. */
const char *const *option_listed(const struct option_row *row);
/* The i-th word that the argument, or the LEVEL in it, may be; NULL behind the last. */
const char *option_word(const struct option_row *row, size_t i);
/* The meaning of the word; empty if it is obvious. */
const char *option_word_doc(const struct option_row *row, size_t i);
enum { OPTION_WORDS_SIZE = 256 };
/* "a, b or c" for messages and the help; empty where the row has no words. Returns `text`. */
const char *option_words(const struct option_row *row, char text[OPTION_WORDS_SIZE]);
/* The command's options in the help's order; NULL behind the last. */
const struct option_row *option_of(const struct command *command, size_t i);
/* Reads an unfinished command line: argv[0] is the command, mistakes are skipped. Returns the
 * option whose value would come next, or NULL. `*n_arguments`: what is no option; `*ended`: no
 * option can follow, because of a `--`. Reorders argv as getopt does. */
const struct option_row *options_scan(const struct command *command, int argc, char **argv,
				      uint32_t *n_arguments, bool *ended);

#endif
