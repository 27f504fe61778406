/* What a reader finds wrong with a text.
 *
 * Readers know no findings: whoever calls one says where its problems go, and the finding room has
 * the usual place (findings_reporter). */
#ifndef GPUPLAN_PROBLEM_H
#define GPUPLAN_PROBLEM_H

#include "compiler/base/str.h"

struct problem {
	const char *rule; /* yaml-syntax, yaml-limit, … */
	struct span at;
	struct str message;
	const char *help;  /* NULL: none */
	struct span other; /* another place that matters, or nowhere */
	const char *other_message;
};

/* `report` NULL: problems are dropped, for readers of a text whose problems are reported already.
 * The texts of a problem live until `report` returns. */
struct reporter {
	void (*report)(void *context, const struct problem *problem);
	void *context;
};

#endif
