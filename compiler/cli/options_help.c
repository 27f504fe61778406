/* What the option table says of its options, for `--help` and all that is made like it. */
#include <assert.h>
#include <string.h>

#include "backends/backend.h"
#include "compiler/cli/option_row.h"

const char *option_word(const struct option_row *row, size_t i)
{
	/* TARGET or TARGETS */
	if (row->argument && strncmp(row->argument, "TARGET", strlen("TARGET")) == 0)
		return backends[i] ? backends[i]->target : NULL;
	return option_listed(row)[i];
}

const char *option_words(const struct option_row *row, char text[OPTION_WORDS_SIZE])
{
	const char *word, *next;
	size_t n = 0;

	text[0] = '\0';
	for (size_t i = 0; (word = option_word(row, i)); i++) {
		next = option_word(row, i + 1);
		n += (size_t)snprintf(text + n, OPTION_WORDS_SIZE - n, "%s%s",
				      i == 0 ? ""
				      : next ? ", "
					     : " or ",
				      word);
		assert(n < OPTION_WORDS_SIZE);
	}
	return text;
}

void options_print_help(FILE *out, const struct command *command)
{
	const struct option_row *row;

	fprintf(out, "usage: gpuplan %s [OPTION…]%s%s\n\n%s\n\n", command->name,
		*command->arguments ? " " : "", command->arguments, command->summary);
	for (size_t i = 0; (row = option_of(command, i)); i++) {
		char names[48], words[OPTION_WORDS_SIZE];

		snprintf(names, sizeof names, "%s%c%s --%s%s%s", row->letter ? "-" : " ",
			 row->letter ? row->letter : ' ', row->letter ? "," : " ", row->name,
			 row->argument ? " " : "", row->argument ? row->argument : "");
		fprintf(out, "  %-28s %s%s\n", names, option_words(row, words), row->doc);
	}
}
