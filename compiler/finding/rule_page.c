#include "compiler/finding/rule_page.h"

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
