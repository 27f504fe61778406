/* Adds the cliques of the map to QEMU's argument list. */
#ifndef GPUPLAN_WRAPPER_ARGUMENTS_H
#define GPUPLAN_WRAPPER_ARGUMENTS_H

#include "backends/wrapper/map.h"

/* True if a GPU in the arguments needs a clique, and so the map. Probing QEMU has none. */
bool arguments_want_map(char **argv);
/* Returns the list with the cliques of `map`, to be freed with free(); `argv` itself if the map has
 * none of its GPUs; NULL if memory runs out. Unchanged arguments are not copied. */
char **arguments_with_cliques(char **argv, const struct map *map);

#endif
