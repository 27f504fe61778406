/* The rows of the option table (options.c): the command line is parsed by them, and every `--help`,
 * the man page and the shells' completions are printed from them.
 *
 * New option: its row and its case in parse_one, both in options.c; what is FORMAT or WHEN has its
 * words there too. */
#ifndef GPUPLAN_OPTION_ROW_H
#define GPUPLAN_OPTION_ROW_H

#include "compiler/cli/cli.h"

struct option_row {
	const char *name; /* long, without dashes */
	char letter;	  /* 0: none */
	const char
		*argument; /* as the help calls it, and so what it is (option_value); NULL: none */
	int id;
	unsigned commands; /* COMMAND_* that take it */
	/* Behind the words, where there are some: then it goes on with "; " or " (". */
	const char *doc;
};

/* What a shell can complete; by the argument's name. */
enum value {
	VALUE_NONE,  /* no argument */
	VALUE_TEXT,  /* anything: N, NAME, PATTERN */
	VALUE_WORD,  /* FORMAT, WHEN: one of the words, anything else is a usage error */
	VALUE_FILE,  /* FILE */
	VALUE_DIR,   /* DIR */
	VALUE_LEVEL, /* RULE=LEVEL */
	VALUE_TARGET,
	VALUE_TARGETS, /* with commas */
};

enum value option_value(const struct option_row *row);
/* The words that options.c lists for the row, ends with NULL. */
const char *const *option_listed(const struct option_row *row);
/* The i-th word that the argument, or the LEVEL in it, may be; NULL behind the last. */
const char *option_word(const struct option_row *row, size_t i);
enum { OPTION_WORDS_SIZE = 256 };
/* "a, b or c" for messages and the help; empty where the row has no words. Returns `text`. */
const char *option_words(const struct option_row *row, char text[OPTION_WORDS_SIZE]);
/* The command's options in the help's order; NULL behind the last. */
const struct option_row *option_of(const struct command *command, size_t i);

#endif
