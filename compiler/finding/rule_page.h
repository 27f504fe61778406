/* The page of a rule: for `gpuplan explain`, docs/rules and the rules' help in SARIF. */
#ifndef GPUPLAN_RULE_PAGE_H
#define GPUPLAN_RULE_PAGE_H

#include "compiler/base/buffer.h"
#include "compiler/finding/rule.h"

/* ", never off", ", safe fix" or "": what is said behind the severity. */
const char *rule_traits(const struct rule *rule);
void rule_page_text(const struct rule *rule, struct buffer *out);
void rule_page_markdown(const struct rule *rule, struct buffer *out);

#endif
