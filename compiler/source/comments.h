/* Comments of a spec that speak to gpuplan: `# gpuplan: …`.
 *
 * Where a `#` starts a comment and where it is the user's text, only the nodes tell. So comments
 * are found while the nodes are there, and are kept with their source; what they say is read when
 * all findings are in (compiler/finding/ignore.h). */
#ifndef GPUPLAN_COMMENTS_H
#define GPUPLAN_COMMENTS_H

#include "compiler/source/yaml.h"

#define COMMENT_WORD "gpuplan:"

struct comment {
	struct str text;  /* from the # to the end of its text */
	bool alone;	  /* nothing else is on its line */
	bool before_keys; /* of the source */
};

/* Fills in the comments of the source that was parsed last, in the order of the text. A source
 * without COMMENT_WORD costs one search. */
void comments_find(const struct yaml *yaml, struct arena *arena, struct source *source);

#endif
