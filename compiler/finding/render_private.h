/* What the formats for pipelines share. They name files relative to the repository
 * (compiler/base/file_name.h), whatever the working directory. */
#ifndef GPUPLAN_RENDER_PRIVATE_H
#define GPUPLAN_RENDER_PRIVATE_H

#include "compiler/finding/render.h"

/* True for standard input without a name: there is no file to point at. */
bool ci_no_file(const struct source *source);
/* The file's name in the repository, or the shown name where there is no file. */
struct str ci_name(const struct report *report, struct arena *arena, const struct source *source);
/* For each finding, how many earlier ones in its file have the same rule and path. */
const uint32_t *ci_repeats(const struct report *report, struct arena *arena);

#endif
