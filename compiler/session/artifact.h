/* The text of one artifact, and the targets by their names. */
#ifndef GPUPLAN_SESSION_ARTIFACT_H
#define GPUPLAN_SESSION_ARTIFACT_H

#include "backends/backend.h"

/* false with *error set where there is none. */
bool artifact_text(struct arena *arena, const struct backend *backend,
		   const struct artifact *artifact, const struct subject *of, struct str *out,
		   struct str *error);

/* NULL with *error set: what to say, with the nearest target. */
const struct backend *target_find(struct arena *arena, struct str name, struct str *error);
/* "libvirt, qemu, vmx, clique-map, host-setup" */
struct str target_names(struct arena *arena);

#endif
