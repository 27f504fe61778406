/* Comments of a spec that are addressed to gpuplan: `# gpuplan: …`.
 *
 * Only the nodes tell whether a `#` starts a comment or is part of a scalar. So comments are found
 * while the nodes exist and kept with their source. They are interpreted when all findings are in
 * (compiler/finding/ignore.h). */
#ifndef GPUPLAN_COMMENTS_H
#define GPUPLAN_COMMENTS_H

#include "compiler/source/yaml.h"

#define COMMENT_WORD "gpuplan:"

struct comment {
	struct str text;  /* from the # to the end of its text */
	bool alone;	  /* on a line of its own */
	bool before_keys; /* before the first key of the source */
};

/* Fills in the comments of the source that was parsed last, in order. A source without COMMENT_WORD
 * costs one search. */
void comments_find(const struct yaml *yaml, struct arena *arena, struct source *source);

#endif
