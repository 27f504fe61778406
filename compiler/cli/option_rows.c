/* The options of every command, in one table, and what their arguments may be. */
#include "compiler/cli/option_row.h"

#include <assert.h>
#include <string.h>

#include "backends/backend.h"
#include "compiler/finding/render.h"

enum {
	WITH_CATALOG = COMMANDS_WITH_PLAN | COMMAND_EXPLAIN | COMMAND_BOARDS | COMMAND_DISCOVER |
		       COMMAND_LSP,
	WITH_PROJECT = COMMANDS_WITH_PLAN | COMMAND_LSP,
	ALL_COMMANDS = ~0,
};

static const struct option_row rows[] = {
	{"format", 'f', "FORMAT", OPTION_FORMAT, COMMAND_LINT,
	 " (github on its runners, else text); repeats, each with its own -o"},
	{"format", 'f', "FORMAT", OPTION_FORMAT, COMMAND_RULES | COMMAND_EXPLAIN, ""},
	{"format", 'f', "FORMAT", OPTION_FORMAT, COMMAND_BOARDS, ""},
	{"format", 'f', "FORMAT", OPTION_FORMAT, COMMAND_SCHEMA, ""},
	{"format", 'f', "FORMAT", OPTION_FORMAT, COMMAND_GRAPH, "; default: svg"},
	{"host", 0, "PATTERN", OPTION_HOST, COMMAND_GRAPH,
	 "draw the hosts of this name only, in which * and ? stand for any; repeats"},
	{"output", 'o', "FILE", OPTION_OUTPUT, COMMAND_LINT,
	 "write the format before it to FILE; without -o it goes to standard output"},
	{"output", 'o', "DIR", OPTION_OUTPUT, COMMAND_COMPILE,
	 "the folder that is written; default: the project file's"},
	{"target", 't', "TARGETS", OPTION_TARGET, COMMAND_COMPILE,
	 "; several with commas; default: the project file's, or all that the host takes"},
	{"target", 't', "TARGET", OPTION_TARGET, COMMAND_SHOW, ""},
	{"check", 0, NULL, OPTION_CHECK, COMMAND_COMPILE,
	 "write nothing; show what would change as a diff, and exit with 1 if anything would"},
	{"depfile", 0, "FILE", OPTION_DEPFILE, COMMAND_COMPILE,
	 "write what DIR/manifest.json was made from, for Make and Ninja"},
	{"devices", 0, NULL, OPTION_DEVICES, COMMAND_SHOW, "with -t libvirt: only the GPUs' parts"},
	{"shell", 0, NULL, OPTION_SHELL, COMMAND_SHOW,
	 "with -t qemu: one quoted command; with -t clique-map: the bash file"},
	{"rule", 0, "RULE=LEVEL", OPTION_RULE, WITH_PROJECT, "; repeats"},
	{"config", 0, "FILE", OPTION_CONFIG, WITH_PROJECT,
	 "the project file; default: .gpuplan.yaml here or above, up to the repository's root"},
	{"baseline", 0, "FILE", OPTION_BASELINE, WITH_PROJECT,
	 "hide the findings that FILE records"},
	{"write-baseline", 0, "FILE", OPTION_WRITE_BASELINE, COMMAND_LINT,
	 "record in FILE what is found, but for rules that are never off, and hide it"},
	{"fix", 0, NULL, OPTION_FIX, COMMAND_LINT,
	 "mend what has a safe fix, in place; what is left is reported"},
	{"unsafe-fixes", 0, NULL, OPTION_UNSAFE_FIXES, COMMAND_LINT,
	 "the same with fixes that change what the spec asks for"},
	{"diff", 0, NULL, OPTION_DIFF, COMMAND_LINT,
	 "write nothing; show as a diff what would be mended, and exit with 1 if anything would"},
	{"strict", 0, NULL, OPTION_STRICT, COMMANDS_WITH_PLAN, "a warning fails too"},
	{"explain", 0, NULL, OPTION_EXPLAIN, COMMAND_LINT,
	 "print the help line of each finding; a terminal always gets them"},
	{"catalog", 0, "DIR", OPTION_CATALOG, WITH_CATALOG,
	 "take the tables that DIR holds in place of the built-in ones"},
	{"max-findings", 0, "N", OPTION_MAX_FINDINGS, COMMANDS_WITH_PLAN,
	 "show at most N findings as text or annotations; default 1000"},
	{"stdin-filename", 0, "NAME", OPTION_STDIN_FILENAME, COMMANDS_WITH_PLAN | COMMAND_IMPORT,
	 "what standard input (`-`) is called in findings"},
	{"color", 0, "WHEN", OPTION_COLOR, COMMANDS_WITH_PLAN | COMMAND_IMPORT, ""},
	{"root", 0, "DIR", OPTION_ROOT, COMMAND_DISCOVER,
	 "read a copied tree (DIR/sys, DIR/proc) in place of this machine"},
	{"jobs", 'j', "N", OPTION_JOBS, COMMANDS_WITH_PLAN,
	 "work on N cores where there is enough to do; default: all. Output is the same for any N"},
	{"quiet", 'q', NULL, OPTION_QUIET, COMMANDS_WITH_PLAN, "no summary"},
	{"stdio", 0, NULL, OPTION_STDIO, COMMAND_LSP,
	 "accepted, for editors that say so: there is no other way"},
	{"help", 'h', NULL, OPTION_HELP, (unsigned)ALL_COMMANDS, "print this"},
};

#define WORD(name) #name,
static const char *const lint_formats[] = {RENDERERS(WORD) "auto", NULL};
#undef WORD
static const char *const page_formats[] = {"text", "json", "markdown", NULL};
static const char *const board_formats[] = {"text", "json", NULL};
static const char *const schema_formats[] = {"json", "markdown", NULL};
static const char *const graph_formats[] = {"svg", "dot", "mermaid", NULL};
static const char *const levels[] = {"error", "warning", "note", "off", NULL};
static const char *const color_words[] = {"auto", "always", "never", NULL};

/* What an argument may be; the help lists it before the row's `doc`. */
static const struct {
	enum option_id id;
	unsigned commands;
	const char *const *words;
} listed[] = {
	{OPTION_FORMAT, COMMAND_LINT, lint_formats},
	{OPTION_FORMAT, COMMAND_RULES | COMMAND_EXPLAIN, page_formats},
	{OPTION_FORMAT, COMMAND_BOARDS, board_formats},
	{OPTION_FORMAT, COMMAND_SCHEMA, schema_formats},
	{OPTION_FORMAT, COMMAND_GRAPH, graph_formats},
	{OPTION_RULE, (unsigned)ALL_COMMANDS, levels},
	{OPTION_COLOR, (unsigned)ALL_COMMANDS, color_words},
};

const char *const *option_listed(const struct option_row *row)
{
	static const char *const none[] = {NULL};

	for (size_t i = 0; i < sizeof listed / sizeof *listed; i++)
		if (listed[i].id == row->id && listed[i].commands & row->commands)
			return listed[i].words;
	return none;
}

const struct option_row *option_of(const struct command *command, size_t i)
{
	for (size_t r = 0; r < sizeof rows / sizeof *rows; r++)
		if (rows[r].commands & command->bit && i-- == 0)
			return &rows[r];
	return NULL;
}

/* TARGET or TARGETS */
static bool is_target(const struct option_row *row)
{
	return row->argument && strncmp(row->argument, "TARGET", strlen("TARGET")) == 0;
}

const char *option_word(const struct option_row *row, size_t i)
{
	if (is_target(row))
		return backends[i] ? backends[i]->target : NULL;
	return option_listed(row)[i];
}

const char *option_word_doc(const struct option_row *row, size_t i)
{
	if (is_target(row))
		return backends[i]->doc;
	if (option_listed(row) != lint_formats)
		return "";
	return renderers[i] ? renderers[i]->doc : "github on its runners, else text";
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
