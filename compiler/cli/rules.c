/* gpuplan rules and gpuplan explain: prints the rules from their structs. */
#include "rules/rules.h"
#include "compiler/base/json.h"
#include "compiler/cli/cli.h"
#include "compiler/finding/rule_page.h"

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
	.summary =
		"say what a rule checks, why, by which document, with an example and its correction",
	.run = run_explain,
	.bit = COMMAND_EXPLAIN,
};

static const char *fix_text(const struct rule *rule)
{
	return rule->flags & RULE_FIX ? "safe" : rule->flags & RULE_UNSAFE_FIX ? "unsafe" : "none";
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

static void put_rule(struct json *o, const struct rule *rule)
{
	json_put_text(o, "name", str_of(rule->name));
	json_put_text(o, "topic", str_of(rule_topic(rule)));
	json_put_text(o, "severity", str_of(severity_name(rule->severity)));
	json_put_flag(o, "never_off", rule->flags & RULE_NEVER_OFF);
	json_put_text(o, "fix", str_of(fix_text(rule)));
	json_put_text(o, "summary", str_of(rule->summary));
}

static void put_page(struct arena *arena, struct json *o, const struct rule *filled)
{
	json_put_text(o, "what", str_of(filled->what));
	json_put_text(o, "why", str_of(filled->why));
	json_put_text(o, "source", str_of(filled->source));
	json_put_text(o, "bad", example_text(arena, filled, false));
	json_put_text(o, "mended", example_text(arena, filled, true));
}

enum page_format { PAGE_TEXT, PAGE_JSON, PAGE_MARKDOWN };

static enum page_format page_format(const struct options *options)
{
	if (!options->format || strcmp(options->format, "text") == 0)
		return PAGE_TEXT;
	return strcmp(options->format, "json") == 0 ? PAGE_JSON : PAGE_MARKDOWN;
}

static void list_json(struct arena *arena)
{
	struct json *top = json_map(arena), *list;

	json_put_number(top, "version", 1);
	list = json_put_list(top, "rules");
	for (size_t i = 0; rules[i]; i++)
		put_rule(json_append_map(list), rules[i]);
	json_print(stdout, top, JSON_PRETTY);
	putchar('\n');
}

static void page_json(struct arena *arena, const struct rule *rule, const struct rule *filled)
{
	struct json *page = json_map(arena);

	put_rule(page, rule);
	put_page(arena, page, filled);
	json_print(stdout, page, JSON_PRETTY);
	putchar('\n');
}

/* docs/rules/README.md */
static void list_markdown(void)
{
	const char *topic = "";

	fputs("# The rules\n\nMade by `gpuplan rules --format markdown`; a test holds these pages "
	      "to the "
	      "program.\n`gpuplan explain RULE` prints one.\n",
	      stdout);
	for (size_t i = 0; rules[i]; i++) {
		if (strcmp(topic, rule_topic(rules[i])) != 0) {
			topic = rule_topic(rules[i]);
			printf("\n## %s\n\n| rule | | fires on |\n|---|---|---|\n", topic);
		}
		printf("| [`%s`](%s.md) | %s%s | %s |\n", rules[i]->name, rules[i]->name,
		       severity_name(rules[i]->severity), rule_traits(rules[i]), rules[i]->summary);
	}
}

static void list_text(void)
{
	for (size_t i = 0; rules[i]; i++)
		printf("%-30s %-8s %s%s%s%s\n", rules[i]->name, severity_name(rules[i]->severity),
		       rules[i]->summary, *rule_traits(rules[i]) ? " (" : "",
		       *rule_traits(rules[i]) ? rule_traits(rules[i]) + 2 : "",
		       *rule_traits(rules[i]) ? ")" : "");
}

static enum status run_rules(struct arena *arena, const struct options *options)
{
	enum page_format format = page_format(options);

	if (options->n_arguments) {
		trouble("rules takes no argument; `gpuplan explain %s` tells of one",
			options->arguments[0]);
		return STATUS_TROUBLE;
	}
	if (format == PAGE_JSON)
		list_json(arena);
	else if (format == PAGE_MARKDOWN)
		list_markdown();
	else
		list_text();
	return flush_output(stdout, "standard output") ? STATUS_OK : STATUS_TROUBLE;
}

static void print_page(struct arena *arena, const struct rule *rule,
		       void (*page)(const struct rule *rule, struct buffer *out))
{
	struct buffer out;

	buffer_init(&out, arena);
	page(rule, &out);
	fwrite(out.p, 1, out.n, stdout);
}

static enum status run_explain(struct arena *arena, const struct options *options)
{
	enum page_format format = page_format(options);
	struct page_facts facts = {.find = catalog_fact_text};
	const struct rule *rule;
	struct rule filled;

	if (options->n_arguments != 1) {
		trouble("explain takes the name of one rule; `gpuplan rules` lists them");
		return STATUS_TROUBLE;
	}
	rule = rule_find(str_of(options->arguments[0]));
	if (!rule) {
		struct str name = str_of(options->arguments[0]);

		trouble_unknown("no rule", name, rule_nearest(name),
				": `gpuplan rules` lists them");
		return STATUS_TROUBLE;
	}
	facts.catalog = open_catalog(arena, options->catalog);
	if (!facts.catalog)
		return STATUS_TROUBLE;
	filled = rule_with_facts(rule, &facts, arena);
	if (format == PAGE_JSON)
		page_json(arena, rule, &filled);
	else if (format == PAGE_MARKDOWN)
		print_page(arena, &filled, rule_page_markdown);
	else
		print_page(arena, &filled, rule_page_text);
	return flush_output(stdout, "standard output") ? STATUS_OK : STATUS_TROUBLE;
}
