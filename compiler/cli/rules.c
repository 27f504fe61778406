/* gpuplan rules and gpuplan explain: the rules, as their own structs tell of themselves. */
#include "compiler/cli/cli.h"
#include "compiler/cli/json.h"
#include "rules/rules.h"

static enum status run_rules(struct arena *arena, const struct options *options);
static enum status run_explain(struct arena *arena, const struct options *options);

const struct command command_rules = {
	.name = "rules",
	.arguments = "",
	.summary = "list every rule: its name, severity and what it fires on",
	.run = run_rules,
	.bit = COMMAND_RULES,
};

const struct command command_explain = {
	.name = "explain",
	.arguments = "RULE",
	.summary = "say what a rule checks, why, after which document, with an example and its mend",
	.run = run_explain,
	.bit = COMMAND_EXPLAIN,
};

static const char *fix_text(const struct rule *rule)
{
	return rule->flags & RULE_FIX	       ? "safe"
	       : rule->flags & RULE_UNSAFE_FIX ? "unsafe"
					       : "none";
}

/* The example without its mended lines, or without its bad ones. */
static struct str example_text(struct arena *arena, const struct rule *rule, bool mended)
{
	struct buffer out;

	buffer_init(&out, arena);
	for (const char *line = rule->example, *end; *line; line = end) {
		end = strchr(line, '\n') + 1;
		if (*line == ' ' || *line == (mended ? '+' : '-'))
			buffer_add(&out, (struct str){line + 1, (size_t)(end - line) - 1});
	}
	return buffer_text(&out);
}

static json_object *rule_json(struct arena *arena, const struct rule *rule, bool page)
{
	json_object *o = json_map();

	json_put_text(o, "name", str_of(rule->name));
	json_put_text(o, "severity", str_of(severity_name(rule->severity)));
	json_put_flag(o, "never_off", rule->flags & RULE_NEVER_OFF);
	json_put_text(o, "fix", str_of(fix_text(rule)));
	json_put_text(o, "summary", str_of(rule->summary));
	if (page) {
		json_put_text(o, "what", str_of(rule->what));
		json_put_text(o, "why", str_of(rule->why));
		json_put_text(o, "source", str_of(rule->source));
		json_put_text(o, "bad", example_text(arena, rule, false));
		json_put_text(o, "mended", example_text(arena, rule, true));
	}
	return o;
}

static bool want_json(const struct options *options, bool *json)
{
	*json = options->format && strcmp(options->format, "json") == 0;
	if (!options->format || *json || strcmp(options->format, "text") == 0)
		return true;
	trouble("no format '%s' here: text or json", options->format);
	return false;
}

static enum status run_rules(struct arena *arena, const struct options *options)
{
	bool json;

	if (!want_json(options, &json))
		return STATUS_TROUBLE;
	if (options->n_arguments) {
		trouble("rules takes no argument; `gpuplan explain %s` tells of one",
			options->arguments[0]);
		return STATUS_TROUBLE;
	}
	if (json) {
		json_object *top = json_map(), *list = json_list();

		json_put_number(top, "version", 1);
		for (size_t i = 0; rules[i]; i++)
			json_append(list, rule_json(arena, rules[i], false));
		json_put(top, "rules", list);
		json_print(top);
	}
	for (size_t i = 0; rules[i] && !json; i++)
		printf("%-30s %-8s %s%s\n", rules[i]->name, severity_name(rules[i]->severity),
		       rules[i]->summary, rules[i]->flags & RULE_NEVER_OFF ? " (never off)" : "");
	return flush_output(stdout, "standard output") ? STATUS_OK : STATUS_TROUBLE;
}

/* Breaks a paragraph between words, at 80 columns. */
static void print_wrapped(const char *text)
{
	enum { WIDTH = 80 };
	size_t column = 0;

	while (*text) {
		size_t n = strcspn(text, " ");

		if (column && column + 1 + n > WIDTH) {
			putchar('\n');
			column = 0;
		} else if (column) {
			putchar(' ');
			column++;
		}
		printf("%.*s", (int)n, text);
		column += n;
		text += n + strspn(text + n, " ");
	}
	putchar('\n');
}

static void print_page(const struct rule *rule)
{
	printf("%s (%s%s%s)\n\n", rule->name, severity_name(rule->severity),
	       rule->flags & RULE_NEVER_OFF ? ", never off" : "",
	       rule->flags & RULE_FIX	       ? ", has a safe fix"
	       : rule->flags & RULE_UNSAFE_FIX ? ", has an unsafe fix"
					       : "");
	print_wrapped(rule->what);
	putchar('\n');
	print_wrapped(rule->why);
	printf("\nSource: ");
	print_wrapped(rule->source);
	printf("\nExample: a line behind '-' is wrong, one behind '+' mends it.\n\n%s", rule->example);
}

static enum status run_explain(struct arena *arena, const struct options *options)
{
	const struct rule *rule;
	bool json;

	if (!want_json(options, &json))
		return STATUS_TROUBLE;
	if (options->n_arguments != 1) {
		trouble("explain takes the name of one rule; `gpuplan rules` lists them");
		return STATUS_TROUBLE;
	}
	rule = rule_find(str_of(options->arguments[0]));
	if (!rule) {
		struct str near = rule_nearest(str_of(options->arguments[0]));

		trouble("no rule '%s'%s%.*s%s", options->arguments[0], near.n ? ": did you mean '" : "",
			STR_ARG(near), near.n ? "'?" : "; `gpuplan rules` lists them");
		return STATUS_TROUBLE;
	}
	if (json)
		json_print(rule_json(arena, rule, true));
	else
		print_page(rule);
	return flush_output(stdout, "standard output") ? STATUS_OK : STATUS_TROUBLE;
}
