/* Unified diffs, as `diff -u` writes and `patch -p1` reads them. */
#ifndef GPUPLAN_DIFF_H
#define GPUPLAN_DIFF_H

#include "compiler/base/buffer.h"

/* Appends the difference of two texts with three lines of context, or nothing if they are equal.
 * The header shows `old_name` and `new_name` as given: a/PATH, b/PATH, or /dev/null for a missing
 * file. A text with a NUL byte counts as binary and is not shown. Allocates from `out->arena`. */
void diff_unified(struct buffer *out, struct str old_name, struct str old, struct str new_name,
		  struct str new);

#endif
