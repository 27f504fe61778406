#include "compiler/cli/complete.h"

#include <signal.h>
#include <unistd.h>

#include "compiler/cli/option_row.h"
#include "rules/rules.h"

/* A value that is being typed. */
struct value {
	struct arena *arena;
	struct str before;	      /* of the same word: `--rule=` */
	const char *typed;	      /* behind that */
	bool plain;		      /* no shell gives a meaning to what is typed */
	const struct option_row *row; /* whose value it is; NULL: an argument's */
};

/* What is typed may be part of the answer, and of no candidate where it is not plain. */
static void put(const struct value *value, struct str candidate, const char *doc)
{
	if (!value->plain)
		return;
	printf("%.*s%.*s%s%s\n", STR_ARG(value->before), STR_ARG(candidate), *doc ? "\t" : "", doc);
}

static void put_words(const struct value *value)
{
	for (size_t i = 0; option_word(value->row, i); i++)
		put(value, str_of(option_word(value->row, i)), option_word_doc(value->row, i));
}

static void put_commands(const struct value *value)
{
	for (size_t i = 0; commands[i]; i++)
		put(value, str_of(commands[i]->name), commands[i]->summary);
}

static void put_rules(const struct value *value)
{
	for (size_t i = 0; rules[i]; i++)
		put(value, str_of(rules[i]->name), rules[i]->summary);
}

static void put_boards(const struct value *value)
{
	struct catalog_error error;
	struct catalog *catalog = catalog_open(value->arena, &system_files, NULL, &error);
	size_t n = 0;
	const struct board *boards = catalog ? catalog_boards(catalog, &n) : NULL;

	for (size_t i = 0; i < n; i++)
		put(value, boards[i].id,
		    arena_printf(value->arena, "%.*s", STR_ARG(boards[i].name)).p);
}

/* The value behind the last `separator`; what comes before it stays. */
static struct value part_behind(const struct value *value, char separator)
{
	struct value part = *value;
	const char *last = strrchr(value->typed, separator);

	if (last) {
		part.typed = last + 1;
		part.before = arena_printf(value->arena, "%.*s%.*s", STR_ARG(value->before),
					   (int)(part.typed - value->typed), value->typed);
	}
	return part;
}

static void put_several_targets(const struct value *value)
{
	struct value part = part_behind(value, ',');

	put_words(&part);
}

/* RULE=LEVEL */
static void put_levels(const struct value *value)
{
	struct value level = part_behind(value, '=');

	if (level.typed != value->typed) {
		put_words(&level);
		return;
	}
	for (size_t i = 0; rules[i]; i++)
		put(value, arena_printf(value->arena, "%s=", rules[i]->name), rules[i]->summary);
}

/* --- names of the plan in the working directory --- */

static void give_up(int signal)
{
	(void)signal;
	_exit(STATUS_OK);
}

static void put_names(const struct value *value)
{
	struct gpuplan_options options = {.project_folder = ""};
	struct gpuplan_session *session;
	const struct spec *spec;

	/* Somebody waits for the key to answer. Nothing was written yet: a pipe is buffered. */
	signal(SIGALRM, give_up);
	alarm(1);
	session_open(&options, &system_files, NULL, &session);
	session_load(session);
	alarm(0);
	spec = &session->spec;
	for (uint32_t i = 0; i < spec->vms.n; i++)
		put(value, spec->vms.items[i]->name.s, "a VM");
	for (uint32_t i = 0; i < spec->hosts.n; i++)
		put(value, spec->hosts.items[i]->name.s, "a host");
	session_close(session);
}

/* --- what the shell completes --- */

static void put_request(const struct value *value, const char *request)
{
	printf(":%s\t%.*s\n", request, STR_ARG(value->before));
}

static void put_files(const struct value *value)
{
	put_request(value, "files");
}

static void put_folders(const struct value *value)
{
	put_request(value, "folders");
}

static void put_specs(const struct value *value)
{
	put_request(value, "specs");
}

/* --- what is typed --- */

/* By what the help calls an argument. */
static const struct {
	const char *argument;
	void (*put)(const struct value *value);
} values[] = {
	{"FORMAT", put_words}, {"WHEN", put_words},
	{"TARGET", put_words}, {"TARGETS", put_several_targets},
	{"RULE", put_rules},   {"RULE=LEVEL", put_levels},
	{"BOARD", put_boards}, {"VM|HOST", put_names},
	{"FILE", put_files},   {"DIR", put_folders},
	{"PATH", put_specs},
};

static void put_value(const struct value *value, struct str argument)
{
	for (size_t i = 0; i < sizeof values / sizeof *values; i++)
		if (str_is(argument, values[i].argument))
			values[i].put(value);
}

/* What the usage line calls the n-th argument (`VM|HOST [PATH…]`), from 0; empty: there is none. */
static struct str argument_name(const struct command *command, uint32_t n)
{
	const char *s = command->arguments;

	/* What begins with a dash is an option that the usage shows as it must be given. */
	while (*(s += strspn(s, " []")) && *s != '-') {
		struct str name = {s, strcspn(s, " ]…")};

		s += name.n;
		if (n-- == 0 || strncmp(s, "…", strlen("…")) == 0)
			return name;
		s += strcspn(s, " ");
	}
	return STR("");
}

static void put_argument(const struct value *value, const struct command *command, uint32_t n)
{
	struct str name = argument_name(command, n);

	/* In lower case it is the word itself. */
	if (name.n && *name.p >= 'a' && *name.p <= 'z')
		put(value, name, "");
	else
		put_value(value, name);
}

static bool is_among(int n, char **words, const char *word)
{
	for (int i = 0; i < n; i++)
		if (strcmp(words[i], word) == 0)
			return true;
	return false;
}

/* All but the flags that are given already. */
static void put_options(const struct value *value, const struct command *command, int n,
			char **words)
{
	const struct option_row *row;

	for (size_t i = 0; (row = option_of(command, i)); i++) {
		char text[OPTION_WORDS_SIZE];
		const char *name = arena_printf(value->arena, "--%s", row->name).p;
		const char *letter = arena_printf(value->arena, "-%c", row->letter).p;
		const char *doc =
			arena_printf(value->arena, "%s%s", option_words(row, text), row->doc).p;

		if (!row->argument && (is_among(n, words, name) || is_among(n, words, letter)))
			continue;
		if (row->letter)
			put(value, str_of(letter), doc);
		put(value, str_of(name), doc);
	}
}

/* The value that begins within the word: `--rule=p2p`, `-fjson`. */
static bool begins_value(const struct command *command, struct value *value)
{
	const char *word = value->typed;

	for (size_t i = 0; (value->row = option_of(command, i)); i++) {
		const struct option_row *row = value->row;
		size_t n = strlen(row->name);

		if (!row->argument)
			continue;
		if (word[1] == '-' && strncmp(word + 2, row->name, n) == 0 && word[2 + n] == '=')
			value->before = (struct str){word, n + 3};
		else if (row->letter && word[1] == row->letter)
			value->before = (struct str){word, 2};
		else
			continue;
		value->typed += value->before.n;
		return true;
	}
	return false;
}

/* `words`: the command's name and what follows it, up to the value. */
static void put_of_command(struct value *value, const struct command *command, int n, char **words)
{
	bool ended;
	uint32_t n_arguments;

	value->row = options_scan(command, n, words, &n_arguments, &ended);
	if (!value->row && !ended && *value->typed == '-' && !begins_value(command, value))
		put_options(value, command, n, words);
	else if (value->row)
		put_value(value, str_of(value->row->argument));
	else
		put_argument(value, command, n_arguments);
}

static void put_first_word(const struct value *value)
{
	put(value, STR("help"), "print the help, or that of a command");
	put_commands(value);
	put(value, STR("--help"), "print the help");
	put(value, STR("--version"), "print the version");
}

static bool is_plain(const char *word)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
				    "-._:/=,";

	return word[strspn(word, plain)] == '\0';
}

enum status complete(struct arena *arena, int n_words, char **words)
{
	int before = n_words > 0 ? n_words - 1 : 0;
	struct value value = {.arena = arena, .typed = n_words > 0 ? words[before] : ""};
	const struct command *command = before > 0 ? command_find(words[0]) : NULL;

	/* Errors would appear between the prompt and the typed words. */
	if (!freopen("/dev/null", "w", stderr))
		return STATUS_TROUBLE;
	value.plain = is_plain(value.typed);
	if (before == 0)
		put_first_word(&value);
	else if (before == 1 && strcmp(words[0], "help") == 0)
		put_commands(&value);
	else if (command)
		put_of_command(&value, command, before, words);
	return flush_output(stdout, "standard output") ? STATUS_OK : STATUS_TROUBLE;
}
