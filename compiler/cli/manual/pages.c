/* The holes of gpuplan(1): commands with their options, targets, formats, rules. */
#include <string.h>

#include "backends/backend.h"
#include "compiler/cli/manual/manual.h"
#include "compiler/finding/render.h"
#include "rules/rules.h"

/* What the user puts in is slanted, the rest bold: `VM|HOST [PATH…] -t TARGET`. */
static void put_arguments(FILE *out, const char *s)
{
	char word[2] = "";
	bool upper = false;

	fputs("\\fB", out);
	for (; *s; s++) {
		bool is_upper = (*s >= 'A' && *s <= 'Z') || (upper && strchr("-|", *s) != NULL);

		if (strncmp(s, "…", strlen("…")) == 0) {
			fputs("...", out);
			s += strlen("…") - 1;
			continue;
		}
		if (is_upper != upper)
			fputs(is_upper ? "\\fI" : "\\fB", out);
		upper = is_upper;
		word[0] = *s;
		roff_text(out, word);
	}
	fputs("\\fR", out);
}

static void put_option(FILE *out, const struct option_row *row)
{
	char words[OPTION_WORDS_SIZE];

	fputs(".TP\n", out);
	if (row->letter)
		fprintf(out, "\\fB\\-%c\\fR, ", row->letter);
	fputs("\\fB\\-\\-", out);
	roff_text(out, row->name);
	fputs("\\fR", out);
	if (row->argument) {
		fputs(" \\fI", out);
		roff_text(out, row->argument);
		fputs("\\fR", out);
	}
	fputs("\n", out);
	roff_text(out, option_words(row, words));
	roff_markdown(out, row->doc);
	fputs("\n", out);
}

static void put_command(FILE *out, const struct command *command)
{
	const struct option_row *row;

	fprintf(out, ".SS %s\n", command->name);
	fprintf(out, "\\fBgpuplan %s\\fR [\\fIOPTION\\fR...] ", command->name);
	put_arguments(out, command->arguments);
	fputs("\n.PP\n", out);
	roff_markdown(out, command->summary);
	fputs("\n", out);
	for (size_t i = 0; (row = option_of(command, i)); i++)
		put_option(out, row);
}

void man_commands(FILE *out)
{
	for (size_t i = 0; commands[i]; i++)
		put_command(out, commands[i]);
}

static void put_word(FILE *out, const char *word, const char *doc)
{
	fputs(".TP\n\\fB", out);
	roff_text(out, word);
	fputs("\\fR\n", out);
	roff_text(out, doc);
	fputs("\n", out);
}

void man_targets(FILE *out)
{
	for (size_t i = 0; backends[i]; i++)
		put_word(out, backends[i]->target, backends[i]->doc);
}

void man_formats(FILE *out)
{
	for (size_t i = 0; renderers[i]; i++)
		put_word(out, renderers[i]->name, renderers[i]->doc);
}

void man_rules(FILE *out)
{
	const char *topic = "";

	for (size_t i = 0; rules[i]; i++) {
		if (strcmp(topic, rule_topic(rules[i])) != 0) {
			topic = rule_topic(rules[i]);
			fprintf(out, ".SS \"%s\"\n", topic);
		}
		fputs(".TP\n\\fB", out);
		roff_text(out, rules[i]->name);
		fprintf(out, "\\fR (%s%s)\n", severity_name(rules[i]->severity),
			rules[i]->flags & RULE_NEVER_OFF ? ", never off" : "");
		roff_text(out, rules[i]->summary);
		fputs("\n", out);
	}
}
