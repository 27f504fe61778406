/* QEMU's argument list, with the cliques of the map in it. */
#ifndef GPUPLAN_WRAPPER_ARGUMENTS_H
#define GPUPLAN_WRAPPER_ARGUMENTS_H

#include "backends/wrapper/map.h"

/* True where a GPU among the arguments wants a clique, so that the map is needed. Probing has none.
 */
bool arguments_want_map(char **argv);
/* The list with the cliques of `map`: `argv` itself where it names none of the GPUs; NULL where
 * memory is out. Arguments that do not change are the caller's own. A new list is one
 * piece, for free(). */
char **arguments_with_cliques(char **argv, const struct map *map);

#endif
