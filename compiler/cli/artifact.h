/* What compile and show share: the text of one artifact, and the targets by their names. */
#ifndef GPUPLAN_CLI_ARTIFACT_H
#define GPUPLAN_CLI_ARTIFACT_H

#include "backends/backend.h"

typedef bool (*vm_writer)(const struct vm *vm, struct buffer *out, struct str *error);

/* false with *error set, for `trouble`, where there is no text. */
bool artifact_of_vm(struct arena *arena, const struct vm *vm, vm_writer write, struct str *out,
		    struct str *error);
bool artifact_of_host(struct arena *arena, const struct host *host, const struct backend *backend,
		      const struct artifact *artifact, struct str *out, struct str *error);

/* The backend of a `-t`; NULL, and said on standard error, where there is none. */
const struct backend *target_find(struct arena *arena, struct str name);
/* "libvirt, qemu, vmx, clique-map, host-setup" */
struct str target_names(struct arena *arena);

#endif
