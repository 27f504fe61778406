/* file: URIs and paths. */
#ifndef GPUPLAN_LSP_URI_H
#define GPUPLAN_LSP_URI_H

#include "compiler/base/arena.h"

/* NULL unless the URI names a file on this machine, by a path without NUL bytes. */
const char *uri_to_path(struct arena *arena, struct str uri);
struct str uri_of_path(struct arena *arena, struct str path);
/* Absolute, without symbolic links as far as the path exists. */
const char *path_real(struct arena *arena, const char *path);
/* The path lies in the folder, at any depth; both are real. */
bool path_is_below(const char *path, const char *folder);

#endif
