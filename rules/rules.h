/* All rules, and the run of them over a plan. */
#ifndef GPUPLAN_RULES_H
#define GPUPLAN_RULES_H

#include "compiler/finding/rule.h"
#include "compiler/plan/plan.h"

/* In the order of list.h; ends with NULL. */
extern const struct rule *const rules[];

/* NULL when there is none. */
const struct rule *rule_find(struct str name);
/* The heading of list.h that it stands under. */
const char *rule_topic(const struct rule *rule);
/* The nearest name, or an empty text. */
struct str rule_nearest(struct str wrong);

/* Runs every rule over the plan, on at most `jobs` threads; with more than one the catalog is whole
 * (catalog_load_all). */
void judge_plan(const struct plan *plan, struct arena *arena, struct findings *findings,
		uint32_t jobs);

#endif
