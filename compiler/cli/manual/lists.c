/* What the three shells complete alike: lists of words, and the places of a command's arguments. */
#include <ctype.h>
#include <string.h>

#include "backends/backend.h"
#include "compiler/cli/manual/manual.h"
#include "rules/rules.h"

static void put_word(FILE *out, size_t i, struct str word)
{
	fprintf(out, "%s%.*s", i ? " " : "", STR_ARG(word));
}

void list_commands(FILE *out)
{
	for (size_t i = 0; commands[i]; i++)
		put_word(out, i, str_of(commands[i]->name));
}

void list_rules(FILE *out)
{
	for (size_t i = 0; rules[i]; i++)
		put_word(out, i, str_of(rules[i]->name));
}

void list_boards(FILE *out)
{
	struct arena *arena = arena_new();
	struct catalog_error error;
	struct catalog *catalog = catalog_open(arena, NULL, &error);
	size_t n = 0;
	const struct board *boards = catalog ? catalog_boards(catalog, &n) : NULL;

	for (size_t i = 0; i < n; i++)
		put_word(out, i, boards[i].id);
	arena_free(arena);
}

void list_targets(FILE *out)
{
	for (size_t i = 0; backends[i]; i++)
		put_word(out, i, str_of(backends[i]->target));
}

void list_levels(FILE *out)
{
	const struct option_row *row;

	for (size_t i = 0; (row = option_of(&command_lint, i)); i++)
		for (size_t w = 0; option_value(row) == VALUE_LEVEL && option_word(row, w); w++)
			put_word(out, w, str_of(option_word(row, w)));
}

static enum argument argument_of(struct str name)
{
	static const struct {
		const char *name;
		enum argument argument;
	} names[] = {
		{"PATH", ARGUMENT_SPEC},
		{"FILE", ARGUMENT_FILE},
		{"RULE", ARGUMENT_RULE},
		{"BOARD", ARGUMENT_BOARD},
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_is(name, names[i].name))
			return names[i].argument;
	return islower((unsigned char)name.p[0]) ? ARGUMENT_WORD : ARGUMENT_NONE;
}

size_t argument_places(const struct command *command, struct argument_place places[MAX_PLACES])
{
	const char *s = command->arguments;
	size_t n = 0;

	/* What begins with a dash is an option that the usage shows as it must be given. */
	while (*(s += strspn(s, " []")) && *s != '-' && n < MAX_PLACES) {
		size_t length = strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ|abcdefghijklmnopqrstuvwxyz-");
		struct argument_place *place = &places[n++];

		*place = (struct argument_place){argument_of((struct str){s, length}), "", false};
		if (place->argument == ARGUMENT_WORD)
			snprintf(place->word, sizeof place->word, "%.*s", (int)length, s);
		s += length;
		place->repeats = strncmp(s, "…", strlen("…")) == 0;
		s += strcspn(s, " ");
	}
	return n;
}
