#include "compiler/finding/rule_page.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyz"

/* The length of the fact's name behind the brace at `text`, or 0 if none is named there: in the
 * `{qemu: 9.2.0}` of an example, a blank follows the colon. */
static size_t fact_length(const char *text)
{
	const char *name = text + 1;
	size_t kind = strspn(name, LETTERS);
	size_t row = name[kind] == ':' ? strspn(name + kind + 1, LETTERS "_0123456789") : 0;
	size_t n = kind + 1 + row;

	return kind && row && name[n] == '}' ? n : 0;
}

static const char *with_facts(const char *text, const struct page_facts *facts, struct arena *arena)
{
	struct buffer out;

	buffer_init(&out, arena);
	while (*text) {
		size_t plain = strcspn(text, "{"), n;
		struct str fact = {0};

		buffer_add(&out, (struct str){text, plain});
		text += plain;
		n = *text ? fact_length(text) : 0;
		if (n)
			fact = facts->find(facts->catalog, arena, (struct str){text + 1, n});
		if (fact.n) {
			buffer_add(&out, fact);
			text += n + strlen("{}");
		} else if (*text) {
			buffer_add(&out, (struct str){text++, 1});
		}
	}
	buffer_add(&out, (struct str){"", 1});
	return out.p;
}

struct rule rule_with_facts(const struct rule *rule, const struct page_facts *facts,
			    struct arena *arena)
{
	struct rule filled = *rule;

	filled.what = with_facts(rule->what, facts, arena);
	filled.why = with_facts(rule->why, facts, arena);
	filled.source = with_facts(rule->source, facts, arena);
	filled.example = with_facts(rule->example, facts, arena);
	return filled;
}

/* Breaks a paragraph between words, at 80 columns. */
static void wrap(struct buffer *out, const char *text)
{
	enum { WIDTH = 80 };
	size_t column = 0;

	while (*text) {
		size_t n = strcspn(text, " ");

		if (column && column + 1 + n > WIDTH) {
			buffer_puts(out, "\n");
			column = 0;
		} else if (column) {
			buffer_puts(out, " ");
			column++;
		}
		buffer_add(out, (struct str){text, n});
		column += n;
		text += n + strspn(text + n, " ");
	}
	buffer_puts(out, "\n");
}

const char *rule_traits(const struct rule *rule)
{
	if (rule->flags & RULE_NEVER_OFF)
		return ", never off";
	return rule->flags & RULE_FIX	       ? ", safe fix"
	       : rule->flags & RULE_UNSAFE_FIX ? ", unsafe fix"
					       : "";
}

void rule_page_text(const struct rule *rule, struct buffer *out)
{
	buffer_printf(out, "%s (%s%s)\n\n", rule->name, severity_name(rule->severity),
		      rule_traits(rule));
	wrap(out, rule->what);
	buffer_puts(out, "\n");
	wrap(out, rule->why);
	buffer_puts(out, "\nSource: ");
	wrap(out, rule->source);
	buffer_printf(out, "\nExample: lines with '-' are wrong, '+' replaces them.\n\n%s",
		      rule->example);
}

void rule_page_markdown(const struct rule *rule, struct buffer *out)
{
	buffer_printf(out, "# %s\n\n*%s%s*\n\n", rule->name, severity_name(rule->severity),
		      rule_traits(rule));
	wrap(out, rule->what);
	buffer_puts(out, "\n## Why\n\n");
	wrap(out, rule->why);
	buffer_puts(out, "\nSource: ");
	wrap(out, rule->source);
	buffer_printf(out,
		      "\n## Example\n\nLines with `-` are wrong, `+` replaces them.\n\n"
		      "```diff\n%s```\n",
		      rule->example);
}
