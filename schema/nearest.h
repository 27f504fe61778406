/* "did you mean": finds the nearest of a few known words. */
#ifndef GPUPLAN_NEAREST_H
#define GPUPLAN_NEAREST_H

#include "compiler/base/arena.h"

enum { EDIT_LONGEST = 64 }; /* longer words are not treated as typos */

/* Counts insertions, deletions, replacements and swaps of neighbours between two words. Letter case
 * and `-` for `_` are free. Returns `limit` + 1 if there are more, or if a word is longer than
 * EDIT_LONGEST. */
unsigned edit_distance(struct str a, struct str b, unsigned limit);

/* Returns the word nearest to `wrong`, within an edit distance of a third of its length (at least
 * 1, at most 3), or an empty text. `get(i, data)` returns word i of `n`. */
struct str nearest(struct str wrong, size_t n, struct str (*get)(size_t i, const void *data),
		   const void *data);

/* Returns "did you mean 'X'?", or an empty text if `near` is empty. */
struct str did_you_mean(struct arena *arena, struct str near);
/* Returns WHAT and the name, `no host 'h'`, followed by ": did you mean 'h1'?" or, if `near` is
 * empty, by `otherwise`. */
struct str unknown_name(struct arena *arena, const char *what, struct str name, struct str near,
			const char *otherwise);

#endif
