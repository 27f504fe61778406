/* Globs over paths: what `exclude` of the project file is written in. */
#ifndef GPUPLAN_GLOB_H
#define GPUPLAN_GLOB_H

#include "compiler/base/arena.h"

/* The pattern matches the path, or a folder above it. Both are relative, part by part between
 * slashes: `*`, `?` and `[a-z]` stay within a part, and a part that is `**` stands for any number
 * of folders, none included. */
bool glob_covers(struct arena *arena, struct str pattern, struct str path);

#endif
