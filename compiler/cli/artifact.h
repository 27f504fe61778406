/* What compile and show share: the text of one artifact, and the targets by their names. */
#ifndef GPUPLAN_CLI_ARTIFACT_H
#define GPUPLAN_CLI_ARTIFACT_H

#include "backends/backend.h"

/* The text of one artifact; false with *error set, for `trouble`, where there is none. */
bool artifact_text(struct arena *arena, const struct backend *backend,
		   const struct artifact *artifact, const struct subject *of, struct str *out,
		   struct str *error);

/* The backend of a `-t`; NULL, and said on standard error, where there is none. */
const struct backend *target_find(struct arena *arena, struct str name);
/* "libvirt, qemu, vmx, clique-map, host-setup" */
struct str target_names(struct arena *arena);

#endif
