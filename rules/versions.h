/* Releases that change a verdict: the rows of rules/tables/releases.csv. */
#ifndef GPUPLAN_RULES_VERSIONS_H
#define GPUPLAN_RULES_VERSIONS_H

#include "compiler/finding/rule.h"
#include "compiler/plan/plan.h"

/* The release in that row. */
const struct fact *release_of(struct judge *judge, const char *release_row);
/* `version`, which was given, is before the release in that row. */
bool older_than(struct judge *judge, struct version version, const char *release_row);

#endif
