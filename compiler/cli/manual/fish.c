/* The fish completion: a `complete` line a command, option and argument. */
#include <string.h>

#include "compiler/cli/manual/manual.h"

static void put_quoted(FILE *out, const char *s)
{
	for (; *s; s++) {
		if (strchr("'\\", *s))
			fputc('\\', out);
		fputc(*s, out);
	}
}

static void put_value(FILE *out, const struct option_row *row)
{
	switch (option_value(row)) {
	case VALUE_NONE:
		break;
	case VALUE_TEXT:
		fputs(" -x", out);
		break;
	case VALUE_WORD:
	case VALUE_TARGET:
		fputs(" -x -a '", out);
		for (size_t i = 0; option_word(row, i); i++)
			fprintf(out, "%s%s", i ? " " : "", option_word(row, i));
		fputs("'", out);
		break;
	case VALUE_FILE:
		fputs(" -r -F", out);
		break;
	case VALUE_DIR:
		fputs(" -x -a '(__fish_complete_directories)'", out);
		break;
	case VALUE_LEVEL:
		fputs(" -x -a '(__gpuplan_levels)'", out);
		break;
	case VALUE_TARGETS:
		fputs(" -x -a '(__gpuplan_targets)'", out);
		break;
	}
}

static void put_option(FILE *out, const struct command *command, const struct option_row *row)
{
	char words[OPTION_WORDS_SIZE];

	fprintf(out, "complete -c gpuplan -n '__gpuplan_at %s'", command->name);
	if (row->letter)
		fprintf(out, " -s %c", row->letter);
	fprintf(out, " -l %s", row->name);
	put_value(out, row);
	fputs(" -d '", out);
	put_quoted(out, option_words(row, words));
	put_quoted(out, row->doc);
	fputs("'\n", out);
}

static void put_place(FILE *out, const struct command *command, size_t i,
		      const struct argument_place *place)
{
	static const char *const actions[] = {
		[ARGUMENT_SPEC] = "-k -a '(__fish_complete_suffix .yaml)'",
		[ARGUMENT_FILE] = "-F",
		[ARGUMENT_RULE] = "-a \"$__gpuplan_rules\"",
		[ARGUMENT_BOARD] = "-a \"$__gpuplan_boards\"",
	};

	if (place->argument == ARGUMENT_NONE)
		return;
	fprintf(out, "complete -c gpuplan -n '__gpuplan_at %s; and __gpuplan_argument %s %zu' ",
		command->name, place->repeats ? "-ge" : "-eq", i);
	if (place->argument == ARGUMENT_WORD)
		fprintf(out, "-a %s\n", place->word);
	else
		fprintf(out, "%s\n", actions[place->argument]);
}

void fish_commands(FILE *out)
{
	struct argument_place places[MAX_PLACES];
	const struct option_row *row;

	for (size_t c = 0; commands[c]; c++) {
		size_t n = argument_places(commands[c], places);

		fprintf(out, "\ncomplete -c gpuplan -n '__gpuplan_at \"\" help' -a %s -d '",
			commands[c]->name);
		put_quoted(out, commands[c]->summary);
		fputs("'\n", out);
		for (size_t i = 0; (row = option_of(commands[c], i)); i++)
			put_option(out, commands[c], row);
		for (size_t i = 0; i < n; i++)
			put_place(out, commands[c], i, &places[i]);
	}
}
