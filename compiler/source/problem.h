/* Problems that a reader finds in a text.
 *
 * Readers do not depend on findings. Their callers pass a reporter, mostly findings_reporter, which
 * turns problems into findings. */
#ifndef GPUPLAN_PROBLEM_H
#define GPUPLAN_PROBLEM_H

#include "compiler/base/str.h"

struct problem {
	const char *rule; /* yaml-syntax, yaml-limit, … */
	struct span at;
	struct str message;
	const char *help;  /* NULL: none */
	struct span other; /* another relevant place; may be empty */
	const char *other_message;
};

/* A NULL `report` drops problems, for texts whose problems are already reported. The texts of a
 * problem are valid until `report` returns. */
struct reporter {
	void (*report)(void *context, const struct problem *problem);
	void *context;
};

#endif
