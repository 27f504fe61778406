/* Between the files of guest.h: the steps of guest_resolve, in the order in which it takes them. */
#ifndef GPUPLAN_GUEST_PRIVATE_H
#define GPUPLAN_GUEST_PRIVATE_H

#include "compiler/guest.h"

/* guest_pin.c: vm->pinned and vm->nodeset; needs vm->cells. */
void guest_pin(struct arena *arena, struct vm *vm, struct findings *findings);
/* The host's entry for a NUMA node; NULL: none. */
const struct numa_spec *host_numa(const struct host *host, uint32_t node);

/* guest_disks.c: vm->disks and vm->nics but their ports. */
void guest_disks(struct arena *arena, struct vm *vm, struct findings *findings);
void guest_nics(struct arena *arena, struct vm *vm, struct findings *findings);

/* guest_ports.c: vm->ports and every field that points into it; needs all of the above. */
void guest_ports(struct arena *arena, struct vm *vm, struct findings *findings);

#endif
