/* "did you mean": the nearest of a few known words. */
#ifndef GPUPLAN_NEAREST_H
#define GPUPLAN_NEAREST_H

#include "compiler/base/arena.h"

enum { EDIT_LONGEST = 64 }; /* longer words are no slip of the finger */

/* Insertions, deletions, replacements and swaps of neighbours from one word to the other; case
 * and `-` for `_` are free. `limit` + 1 stands for all that are more, and for words that are
 * longer than EDIT_LONGEST. */
unsigned edit_distance(struct str a, struct str b, unsigned limit);

/* The nearest of `n` words to `wrong`, within an edit distance of a third of its length (at least
 * 1, at most 3); empty when none is. `get(i, data)` returns word i. */
struct str nearest(struct str wrong, size_t n, struct str (*get)(size_t i, const void *data),
		   const void *data);

/* "did you mean 'X'?", or nothing where `near` is empty. */
struct str did_you_mean(struct arena *arena, struct str near);
/* WHAT and the name, `no host 'h'`, and behind them ": did you mean 'h1'?", or `otherwise` where
 * `near` is empty. */
struct str unknown_name(struct arena *arena, const char *what, struct str name, struct str near,
			const char *otherwise);

#endif
