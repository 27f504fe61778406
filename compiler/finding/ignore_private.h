/* What ignore_read.c hands to ignore.c: the rule names in the comments of a run. */
#ifndef GPUPLAN_IGNORE_PRIVATE_H
#define GPUPLAN_IGNORE_PRIVATE_H

#include "compiler/finding/ignore.h"

/* The name of a known rule in a comment. */
struct ignored {
	struct str rule;
	struct span at;
	const struct source *source;
	uint32_t line;	 /* of the comment */
	uint32_t covers; /* the line that it silences; 0: the whole file */
	bool never_off;	 /* the rule cannot be silenced */
	bool alone;	 /* the only name of its comment */
	bool used;
};

struct ignores {
	struct arena *arena;
	struct findings *findings; /* findings about the comments themselves */
	rule_finder *find;
	rule_guesser *guess;
	struct ignored *names; /* in the order of the sources */
	uint32_t n_names, capacity;
};

/* Reads the comments of one source. */
void ignores_read(struct ignores *all, const struct sources *sources, const struct source *source);

#endif
