/* The page of a rule, for `gpuplan explain`, docs/rules, hover and the help in SARIF.
 *
 * A page does not repeat what a table of the catalog says. It names the fact, as in
 * {release:qemu_many_large_bars}, and rule_with_facts inserts its text. The catalog lies above this
 * room, so the caller passes the look-up in (catalog_fact_text). */
#ifndef GPUPLAN_RULE_PAGE_H
#define GPUPLAN_RULE_PAGE_H

#include "compiler/base/buffer.h"
#include "compiler/finding/rule.h"

struct catalog;

/* `name` is the text between the braces. Returns an empty text if there is no such fact. */
typedef struct str fact_text(struct catalog *catalog, struct arena *arena, struct str name);

struct page_facts {
	fact_text *find;
	struct catalog *catalog;
};

/* The rule with the facts inserted into its page. Names that `facts` does not know stay. */
struct rule rule_with_facts(const struct rule *rule, const struct page_facts *facts,
			    struct arena *arena);

/* The text behind the severity: ", never off", ", safe fix" or "". */
const char *rule_traits(const struct rule *rule);
/* Appends the page of a rule whose facts are inserted. */
void rule_page_text(const struct rule *rule, struct buffer *out);
void rule_page_markdown(const struct rule *rule, struct buffer *out);

#endif
