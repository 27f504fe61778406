/* Unified diffs, as `diff -u` and `patch -p1` have them. */
#ifndef GPUPLAN_DIFF_H
#define GPUPLAN_DIFF_H

#include "compiler/base/buffer.h"

/* Appends the difference of two texts, with three lines of context; nothing where they are equal.
 * `old_name` and `new_name` head it as they are given: a/PATH, b/PATH, or /dev/null for a file that
 * is not there. A text that holds a NUL is not shown. Works in `out->arena`. */
void diff_unified(struct buffer *out, struct str old_name, struct str old, struct str new_name,
		  struct str new);

#endif
