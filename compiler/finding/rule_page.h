/* The page of a rule: for `gpuplan explain`, docs/rules, hover and the rules' help in SARIF.
 *
 * A page does not repeat what a table of the catalog says: it names the fact as {kind:name},
 * {release:qemu_many_large_bars}, and rule_with_facts puts its text in. The catalog lies above this
 * room, so whoever wants a page lends its look-up (catalog_fact_text). */
#ifndef GPUPLAN_RULE_PAGE_H
#define GPUPLAN_RULE_PAGE_H

#include "compiler/base/buffer.h"
#include "compiler/finding/rule.h"

struct catalog;

/* `name` is what stands between the braces; an empty text: there is no such fact. */
typedef struct str fact_text(struct catalog *catalog, struct arena *arena, struct str name);

struct page_facts {
	fact_text *find;
	struct catalog *catalog;
};

/* The rule with its page as people read it. What `facts` does not know stays as it is written. */
struct rule rule_with_facts(const struct rule *rule, const struct page_facts *facts,
			    struct arena *arena);

/* ", never off", ", safe fix" or "": what is said behind the severity. */
const char *rule_traits(const struct rule *rule);
/* Of a rule with its facts. */
void rule_page_text(const struct rule *rule, struct buffer *out);
void rule_page_markdown(const struct rule *rule, struct buffer *out);

#endif
