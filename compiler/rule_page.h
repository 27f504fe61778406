/* The page of a rule: for `gpuplan explain`, docs/rules and the rules' help in SARIF. */
#ifndef GPUPLAN_RULE_PAGE_H
#define GPUPLAN_RULE_PAGE_H

#include "compiler/buffer.h"
#include "compiler/rule.h"

void rule_page_text(const struct rule *rule, struct buffer *out);
void rule_page_markdown(const struct rule *rule, struct buffer *out);

#endif
