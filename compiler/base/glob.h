/* Globs over paths, for `exclude` in the project file. */
#ifndef GPUPLAN_GLOB_H
#define GPUPLAN_GLOB_H

#include "compiler/base/arena.h"

/* True if the pattern matches the path or a folder above it. Both are relative. `*`, `?` and
 * `[a-z]` match within a part between slashes; `**` as a whole part matches any number of folders,
 * including none. */
bool glob_covers(struct arena *arena, struct str pattern, struct str path);

#endif
