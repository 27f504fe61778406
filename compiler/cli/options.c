/* The options of every command, in one table, and how they are parsed by it. */
#include <assert.h>
#include <getopt.h>
#include <sched.h>
#include <stdlib.h>

#include "compiler/cli/option_row.h"
#include "rules/rules.h"

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
};

enum {
	WITH_CATALOG = COMMANDS_WITH_PLAN | COMMAND_BOARDS | COMMAND_DISCOVER | COMMAND_LSP,
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

static const char *const lint_formats[] = {"text",   "oneline", "json", "sarif",
					   "github", "junit",	"auto", NULL};
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

enum { N_ROWS = sizeof rows / sizeof *rows };

const char *const *option_listed(const struct option_row *row)
{
	static const char *const none[] = {NULL};

	for (size_t i = 0; i < sizeof listed / sizeof *listed; i++)
		if (listed[i].id == (enum option_id)row->id && listed[i].commands & row->commands)
			return listed[i].words;
	return none;
}

const struct option_row *option_of(const struct command *command, size_t i)
{
	for (size_t r = 0; r < N_ROWS; r++)
		if (rows[r].commands & command->bit && i-- == 0)
			return &rows[r];
	return NULL;
}

static bool parse_format(struct options *o, const struct command *command, const char *text)
{
	/* In the order of lint_formats. */
	static const enum format formats[] = {
		FORMAT_TEXT,   FORMAT_ONELINE, FORMAT_JSON, FORMAT_SARIF,
		FORMAT_GITHUB, FORMAT_JUNIT,   FORMAT_AUTO,
	};
	size_t i = 0;

	o->format = text;
	if (command->bit != COMMAND_LINT)
		return true;
	if (o->n_outputs == MAX_OUTPUTS) {
		trouble("more than %d outputs", MAX_OUTPUTS);
		return false;
	}
	while (strcmp(lint_formats[i], text) != 0)
		i++;
	o->outputs[o->n_outputs++].format = formats[i];
	return true;
}

static bool parse_output(struct options *o, const struct command *command, const char *text)
{
	if (command->bit != COMMAND_LINT) {
		o->output = text;
		return true;
	}
	if (o->n_outputs == 0)
		o->n_outputs = 1; /* of the format `auto` */
	if (o->outputs[o->n_outputs - 1].file) {
		trouble("-o %s: each -o follows its own -f", text);
		return false;
	}
	for (uint32_t i = 0; i + 1 < o->n_outputs; i++) {
		if (o->outputs[i].file && strcmp(o->outputs[i].file, text) == 0) {
			trouble("-o %s: two formats cannot go to one file", text);
			return false;
		}
	}
	o->outputs[o->n_outputs - 1].file = strcmp(text, "-") == 0 ? NULL : text;
	return true;
}

static bool parse_rule(struct arena *arena, struct options *o, const char *text)
{
	const char *equals = strchr(text, '=');
	struct str name = equals ? (struct str){text, (size_t)(equals - text)} : str_of(text);
	const struct rule *rule = rule_find(name);
	struct gpuplan_level *slot;
	enum severity severity = 0;

	if (!rule) {
		struct str near = rule_nearest(name);

		if (near.n)
			trouble("--rule: no rule '%.*s': did you mean '%.*s'?", STR_ARG(name),
				STR_ARG(near));
		else
			trouble("--rule: no rule '%.*s': `gpuplan rules` lists them",
				STR_ARG(name));
		return false;
	}
	if (!equals ||
	    (!severity_parse(str_of(equals + 1), &severity) && strcmp(equals, "=off") != 0)) {
		trouble("--rule %s: write %s=error, =warning, =note or =off", text, rule->name);
		return false;
	}
	if (rule->flags & RULE_NEVER_OFF) {
		trouble("--rule %s: %s cannot be switched off or lowered", text, rule->name);
		return false;
	}
	slot = arena_push(arena, (void **)&o->levels, &o->n_levels, &o->levels_capacity,
			  sizeof *slot);
	*slot = (struct gpuplan_level){rule->name, (enum gpuplan_severity)severity};
	return true;
}

static bool parse_count(const char *option, const char *text, uint32_t *out)
{
	uint64_t n;

	if (!parse_number(str_of(text), &n) || n == 0 || n > UINT32_MAX) {
		trouble("%s %s: a whole number from 1", option, text);
		return false;
	}
	*out = (uint32_t)n;
	return true;
}

/* Where the row lists the words that the value may be, it is one of them; parse_rule checks a
 * LEVEL. */
static bool is_listed(const struct option_row *row, const char *text)
{
	char words[OPTION_WORDS_SIZE];

	if (!*option_listed(row) || row->id == OPTION_RULE)
		return true;
	for (size_t i = 0; option_word(row, i); i++)
		if (strcmp(option_word(row, i), text) == 0)
			return true;
	trouble("no %s '%s' here: %s", row->name, text, option_words(row, words));
	return false;
}

static bool parse_variant(struct options *o, const char *variant)
{
	if (o->variant && strcmp(o->variant, variant) != 0) {
		trouble("--%s does not go with --%s", variant, o->variant);
		return false;
	}
	o->variant = variant;
	return true;
}

static bool parse_one(struct arena *arena, const struct command *command, struct options *o,
		      enum option_id id)
{
	switch (id) {
	case OPTION_HELP:
		return o->help = true;
	case OPTION_FORMAT:
		return parse_format(o, command, optarg);
	case OPTION_OUTPUT:
		return parse_output(o, command, optarg);
	case OPTION_TARGET:
		/* `-t qemu -t libvirt` means both, as `-t qemu,libvirt` does. */
		o->targets = o->targets ? arena_printf(arena, "%s,%s", o->targets, optarg).p
					: optarg;
		return true;
	case OPTION_RULE:
		return parse_rule(arena, o, optarg);
	case OPTION_STRICT:
		return o->strict = true;
	case OPTION_EXPLAIN:
		return o->explain = true;
	case OPTION_CATALOG:
		o->catalog = optarg;
		return true;
	case OPTION_MAX_FINDINGS:
		return parse_count("--max-findings", optarg, &o->max_findings);
	case OPTION_STDIN_FILENAME:
		o->stdin_filename = optarg;
		return true;
	case OPTION_COLOR:
		o->color = optarg;
		return true;
	case OPTION_JOBS:
		return parse_count("-j", optarg, &o->jobs);
	case OPTION_STDIO:
		return true;
	case OPTION_QUIET:
		return o->quiet = true;
	case OPTION_CHECK:
		return o->check = true;
	case OPTION_DEPFILE:
		o->depfile = optarg;
		return true;
	case OPTION_DEVICES:
		return parse_variant(o, "devices");
	case OPTION_SHELL:
		return parse_variant(o, "shell");
	case OPTION_CONFIG:
		o->config = optarg;
		return true;
	case OPTION_BASELINE:
		o->baseline = optarg;
		return true;
	case OPTION_WRITE_BASELINE:
		o->write_baseline = optarg;
		return true;
	case OPTION_HOST:
		*(const char **)arena_push(arena, (void **)&o->hosts, &o->n_hosts,
					   &o->hosts_capacity, sizeof *o->hosts) = optarg;
		return true;
	case OPTION_ROOT:
		o->root = optarg;
		return true;
	case OPTION_FIX:
		return o->fix = true;
	case OPTION_UNSAFE_FIXES:
		return o->fix = o->unsafe = true;
	case OPTION_DIFF:
		return o->fix = o->diff = true;
	}
	return false;
}

/* The command's rows as getopt_long wants them. */
static void make_tables(const struct command *command, struct option longs[N_ROWS + 1],
			char letters[2 * N_ROWS + 2])
{
	size_t n = 0, l = 0;

	letters[l++] = ':';
	for (size_t i = 0; i < N_ROWS; i++) {
		if (!(rows[i].commands & command->bit))
			continue;
		longs[n++] = (struct option){rows[i].name,
					     rows[i].argument ? required_argument : no_argument,
					     NULL, rows[i].id};
		if (rows[i].letter) {
			letters[l++] = rows[i].letter;
			if (rows[i].argument)
				letters[l++] = ':';
		}
	}
	longs[n] = (struct option){0};
	letters[l] = '\0';
}

/* Of what getopt_long returns: a letter or an id. */
static const struct option_row *find_row(const struct command *command, int c)
{
	const struct option_row *row;

	for (size_t i = 0; (row = option_of(command, i)); i++)
		if (row->id == c || (row->letter && row->letter == c))
			return row;
	return NULL;
}

/* Two formats on one stream would be neither. */
static bool one_on_standard_output(const struct options *o)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < o->n_outputs; i++)
		n += o->outputs[i].file == NULL;
	if (n > 1)
		trouble("lint: %u formats on standard output: give all but one an -o FILE", n);
	return n <= 1;
}

/* That this process may run on: fewer than the machine has, in a container. */
static uint32_t count_cores(void)
{
	cpu_set_t cores;
	int n = sched_getaffinity(0, sizeof cores, &cores) == 0 ? CPU_COUNT(&cores) : 1;

	return n > 1 ? (uint32_t)n : 1;
}

const struct option_row *options_scan(const struct command *command, int argc, char **argv,
				      uint32_t *n_arguments, bool *ended)
{
	const struct option_row *waiting = NULL;
	struct option longs[N_ROWS + 1];
	char letters[2 * N_ROWS + 2];
	int c;

	make_tables(command, longs, letters);
	opterr = 0;
	while ((c = getopt_long(argc, argv, letters, longs, NULL)) != -1)
		if (c == ':')
			waiting = find_row(command, optopt);
	*n_arguments = (uint32_t)(argc - optind);
	*ended = strcmp(argv[optind - 1], "--") == 0;
	return waiting;
}

enum status options_parse(struct arena *arena, const struct command *command, int argc, char **argv,
			  struct options *out)
{
	struct option longs[N_ROWS + 1];
	char letters[2 * N_ROWS + 2];
	const struct option_row *row;
	int c;

	*out = (struct options){.stdin_filename = "<stdin>",
				.color = "auto",
				.max_findings = 1000,
				.jobs = count_cores()};
	make_tables(command, longs, letters);
	opterr = 0;
	while ((c = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		if (c == '?' || c == ':') {
			trouble("%s: %s%s; see `gpuplan %s --help`", command->name,
				argv[optind - 1],
				c == '?' ? " is no option here" : " wants a value", command->name);
			return STATUS_TROUBLE;
		}
		row = find_row(command, c);
		assert(row); /* getopt knows the command's rows alone */
		if (!is_listed(row, optarg))
			return STATUS_TROUBLE;
		if (!parse_one(arena, command, out, (enum option_id)row->id))
			return STATUS_TROUBLE;
	}
	out->arguments = argv + optind;
	out->n_arguments = (uint32_t)(argc - optind);
	return one_on_standard_output(out) ? STATUS_OK : STATUS_TROUBLE;
}
