/* What the formats for the programs of a pipeline share. They name files as the repository does
 * (compiler/base/file_name.h), whatever folder the run was in. */
#ifndef GPUPLAN_RENDER_PRIVATE_H
#define GPUPLAN_RENDER_PRIVATE_H

#include "compiler/finding/render.h"

/* Standard input without a name of its own: no file to point at. */
bool ci_no_file(const struct source *source);
/* The file as the repository names it; what the user sees where there is no file. */
struct str ci_name(const struct report *report, struct arena *arena, const struct source *source);
/* For each finding, how many before it in its file have its rule and its path. */
const uint32_t *ci_repeats(const struct report *report, struct arena *arena);

#endif
