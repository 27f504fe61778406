/* How options are parsed, by their table (option_rows.c). */
#include <assert.h>
#include <getopt.h>
#include <stdlib.h>

#include "compiler/base/parallel.h"
#include "compiler/cli/option_row.h"
#include "rules/rules.h"

static bool parse_format(struct options *o, const struct command *command, const char *text)
{
	o->format = text;
	if (command->bit != COMMAND_LINT)
		return true;
	if (o->n_outputs == MAX_OUTPUTS) {
		trouble("more than %d outputs", MAX_OUTPUTS);
		return false;
	}
	o->outputs[o->n_outputs++].format = strcmp(text, "auto") == 0 ? NULL : text;
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
		trouble_unknown("--rule: no rule", name, rule_nearest(name),
				": `gpuplan rules` lists them");
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
		      const struct option_row *row)
{
	switch (row->id) {
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
	case OPTION_END:
		break;
	}
	return false;
}

/* The command's rows as getopt_long wants them. */
static void make_tables(const struct command *command, struct option longs[MAX_OPTIONS + 1],
			char letters[2 * MAX_OPTIONS + 2])
{
	const struct option_row *row;
	size_t n = 0, l = 0;

	letters[l++] = ':';
	for (; (row = option_of(command, n)); n++) {
		assert(n < MAX_OPTIONS);
		longs[n] = (struct option){row->name,
					   row->argument ? required_argument : no_argument, NULL,
					   (int)row->id};
		if (row->letter) {
			letters[l++] = row->letter;
			if (row->argument)
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
		if ((int)row->id == c || (row->letter && row->letter == c))
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

const struct option_row *options_scan(const struct command *command, int argc, char **argv,
				      uint32_t *n_arguments, bool *ended)
{
	const struct option_row *waiting = NULL;
	struct option longs[MAX_OPTIONS + 1];
	char letters[2 * MAX_OPTIONS + 2];
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
	struct option longs[MAX_OPTIONS + 1];
	char letters[2 * MAX_OPTIONS + 2];
	const struct option_row *row;
	int c;

	*out = (struct options){.stdin_filename = "<stdin>",
				.color = "auto",
				.max_findings = 1000,
				.jobs = parallel_cores()};
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
		if (!parse_one(arena, command, out, row))
			return STATUS_TROUBLE;
	}
	out->arguments = argv + optind;
	out->n_arguments = (uint32_t)(argc - optind);
	return one_on_standard_output(out) ? STATUS_OK : STATUS_TROUBLE;
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
