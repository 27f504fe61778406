/* The cases of the bash completion: what the template's functions answer. */
#include "compiler/cli/manual/manual.h"

static void put_words(FILE *out, const struct option_row *row)
{
	fputs("'words", out);
	for (size_t i = 0; option_word(row, i); i++)
		fprintf(out, " %s", option_word(row, i));
	fputs("'", out);
}

void bash_options(FILE *out)
{
	const struct option_row *row;

	for (size_t c = 0; commands[c]; c++) {
		fprintf(out, "\t%s) REPLY='", commands[c]->name);
		for (size_t i = 0; (row = option_of(commands[c], i)); i++) {
			fputs(i ? " " : "", out);
			if (row->letter)
				fprintf(out, "-%c ", row->letter);
			fprintf(out, "--%s", row->name);
		}
		fputs("' ;;\n", out);
	}
}

static void put_value(FILE *out, const struct option_row *row)
{
	switch (option_value(row)) {
	case VALUE_NONE:
	case VALUE_TEXT:
		fputs("nothing", out);
		break;
	case VALUE_WORD:
	case VALUE_TARGET:
		put_words(out, row);
		break;
	case VALUE_FILE:
		fputs("files", out);
		break;
	case VALUE_DIR:
		fputs("folders", out);
		break;
	case VALUE_LEVEL:
		fputs("levels", out);
		break;
	case VALUE_TARGETS:
		fputs("targets", out);
		break;
	}
}

void bash_values(FILE *out)
{
	const struct option_row *row;

	for (size_t c = 0; commands[c]; c++) {
		for (size_t i = 0; (row = option_of(commands[c], i)); i++) {
			if (!row->argument)
				continue;
			fputs("\t", out);
			if (row->letter)
				fprintf(out, "%s:-%c | ", commands[c]->name, row->letter);
			fprintf(out, "%s:--%s) REPLY=", commands[c]->name, row->name);
			put_value(out, row);
			fputs(" ;;\n", out);
		}
	}
}

void bash_arguments(FILE *out)
{
	static const char *const kinds[] = {
		[ARGUMENT_NONE] = "nothing", [ARGUMENT_SPEC] = "specs",	  [ARGUMENT_FILE] = "files",
		[ARGUMENT_RULE] = "rules",   [ARGUMENT_BOARD] = "boards", [ARGUMENT_WORD] = "words",
	};
	struct argument_place places[MAX_PLACES];

	for (size_t c = 0; commands[c]; c++) {
		size_t n = argument_places(commands[c], places);

		for (size_t i = 0; i < n; i++) {
			fprintf(out, "\t%s:", commands[c]->name);
			if (places[i].repeats)
				fputs("*", out);
			else
				fprintf(out, "%zu", i);
			fprintf(out, ") REPLY='%s%s%s' ;;\n", kinds[places[i].argument],
				*places[i].word ? " " : "", places[i].word);
		}
	}
}
