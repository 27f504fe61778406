/* Paths that a file of a repository names: they lead to files of the repository, and nowhere else.
 * What a spec says must not make a CI job read its own secrets. */
#ifndef GPUPLAN_INSIDE_H
#define GPUPLAN_INSIDE_H

#include "compiler/arena.h"

/* The real path of `path`, which a file in `folder` names; a file outside is not even looked at.
 * The repository reaches up to the nearest .git or project file; without one, it is the folder.
 * NULL: *outside, or errno says why it cannot be found. */
const char *path_inside(struct arena *arena, const char *folder, struct str path, bool *outside);

#endif
