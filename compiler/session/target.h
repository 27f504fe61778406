/* Finds targets (`-t`) and their variants (`show --VARIANT`) by name. If there is none, the
 * functions return NULL and set *error. */
#ifndef GPUPLAN_SESSION_TARGET_H
#define GPUPLAN_SESSION_TARGET_H

#include "backends/backend.h"

const struct backend *target_find(struct arena *arena, struct str name, struct str *error);
/* `variant` may be NULL for the plain artifact. */
const struct artifact *variant_find(struct arena *arena, const struct backend *backend,
				    const char *variant, struct str *error);
/* "libvirt, qemu, vmx, clique-map, host-setup" */
struct str target_names(struct arena *arena);

#endif
