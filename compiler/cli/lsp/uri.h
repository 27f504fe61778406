/* file: URIs and paths. */
#ifndef GPUPLAN_LSP_URI_H
#define GPUPLAN_LSP_URI_H

#include "compiler/base/arena.h"

/* NULL where the URI is none of a file on this machine, or its path holds a NUL byte. */
const char *uri_to_path(struct arena *arena, struct str uri);
struct str uri_of_path(struct arena *arena, struct str path);
/* Absolute, without symbolic links; of a file or folder that is not there (yet) as far as it can be
 * told. */
const char *path_real(struct arena *arena, const char *path);
/* The path lies in the folder, at any depth; both are real. */
bool path_is_below(const char *path, const char *folder);

#endif
