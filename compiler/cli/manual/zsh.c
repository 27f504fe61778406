/* The zsh completion: a function a command, each one call of _arguments. */
#include <string.h>

#include "compiler/cli/manual/manual.h"

/* Within '…', and with a backslash before each of `special`. */
static void put_quoted(FILE *out, const char *s, const char *special)
{
	for (; *s; s++) {
		if (*s == '\'') {
			fputs("'\\''", out);
			continue;
		}
		if (strchr(special, *s))
			fputc('\\', out);
		fputc(*s, out);
	}
}

void zsh_commands(FILE *out)
{
	for (size_t i = 0; commands[i]; i++) {
		fprintf(out, "\t\t'%s:", commands[i]->name);
		put_quoted(out, commands[i]->summary, "\\");
		fputs("'\n", out);
	}
}

/* What stands behind the description: `:FORMAT:(text json)`. */
static void put_value(FILE *out, const struct option_row *row)
{
	static const char *const actions[] = {
		[VALUE_TEXT] = " ",
		[VALUE_FILE] = "_files",
		[VALUE_DIR] = "_files -/",
		[VALUE_LEVEL] = "_gpuplan_levels",
		[VALUE_TARGETS] = "_gpuplan_targets",
	};
	enum value value = option_value(row);

	if (value == VALUE_NONE)
		return;
	fprintf(out, ":%s:", row->argument);
	if (value != VALUE_WORD && value != VALUE_TARGET) {
		fputs(actions[value], out);
		return;
	}
	fputs("(", out);
	for (size_t i = 0; option_word(row, i); i++)
		fprintf(out, "%s%s", i ? " " : "", option_word(row, i));
	fputs(")", out);
}

/* An option with an argument may come again; each spelling of a flag hides the other. */
static void put_option(FILE *out, const struct option_row *row)
{
	char words[OPTION_WORDS_SIZE];

	fputs(" \\\n\t\t", out);
	if (row->argument && row->letter)
		fprintf(out, "'*'{-%c+,--%s=}'[", row->letter, row->name);
	else if (row->argument)
		fprintf(out, "'*--%s=[", row->name);
	else if (row->letter)
		fprintf(out, "'(-%c --%s)'{-%c,--%s}'[", row->letter, row->name, row->letter,
			row->name);
	else
		fprintf(out, "'--%s[", row->name);
	put_quoted(out, option_words(row, words), "");
	put_quoted(out, row->doc, "[]\\");
	fputs("]", out);
	put_value(out, row);
	fputs("'", out);
}

static void put_place(FILE *out, size_t i, const struct argument_place *place)
{
	static const char *const actions[] = {
		[ARGUMENT_NONE] = "name: ",
		[ARGUMENT_SPEC] = "spec:_gpuplan_specs",
		[ARGUMENT_FILE] = "file:_files",
		[ARGUMENT_RULE] = "rule:_gpuplan_rules",
		[ARGUMENT_BOARD] = "board:_gpuplan_boards",
	};

	fputs(" \\\n\t\t'", out);
	if (place->repeats)
		fputs("*:", out);
	else
		fprintf(out, "%zu:", i + 1);
	if (place->argument == ARGUMENT_WORD)
		fprintf(out, "word:(%s)'", place->word);
	else
		fprintf(out, "%s'", actions[place->argument]);
}

void zsh_functions(FILE *out)
{
	struct argument_place places[MAX_PLACES];
	const struct option_row *row;

	for (size_t c = 0; commands[c]; c++) {
		size_t n = argument_places(commands[c], places);

		fprintf(out, "_gpuplan-%s() {\n\t_arguments -s -S", commands[c]->name);
		for (size_t i = 0; (row = option_of(commands[c], i)); i++)
			put_option(out, row);
		for (size_t i = 0; i < n; i++)
			put_place(out, i, &places[i]);
		fputs("\n}\n\n", out);
	}
}
