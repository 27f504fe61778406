/* The steps of guest_resolve and vm_devices, in their order. */
#ifndef GPUPLAN_GUEST_PRIVATE_H
#define GPUPLAN_GUEST_PRIVATE_H

#include "compiler/plan/guest.h"

/* guest_pin.c: vm->pinned and vm->nodeset; needs vm->cells. */
void guest_pin(struct arena *arena, struct vm *vm, struct findings *findings);
/* The host's entry for a NUMA node, or NULL. */
const struct numa_spec *host_numa(const struct host *host, uint32_t node);

/* The devices. `findings` is NULL if they have been reported. guest_disks.c: disks and nics without
 * their ports. */
void guest_disks(struct arena *arena, const struct vm *vm, struct vm_devices *out,
		 struct findings *findings);
/* `macs`: derives their addresses too, which only artifacts show. */
void guest_nics(struct arena *arena, const struct vm *vm, struct vm_devices *out, bool macs);
/* guest_ports.c: the ports, and every field that refers to them. Needs all of the above. */
void guest_ports(struct arena *arena, const struct vm *vm, struct vm_devices *out,
		 struct findings *findings);

#endif
