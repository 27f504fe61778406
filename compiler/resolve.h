/* From the model to the plan: everything that follows from a spec is decided here, in this order:
 *
 *     resolve.c        the plan: hosts, then VMs, then what they share
 *     resolve_host.c   boards, NVLink edges, cliques, shares of the MMIO window
 *     resolve_vm.c     GPUs and vGPUs of a VM, unified memory, P2P groups
 *     mmio.c           the MMIO window
 *     guest.c          the guest of a KVM host: NUMA, PCI, disks, nics
 *
 * What cannot be resolved is reported (spec-reference, spec-value, spec-duplicate, spec-conflict)
 * and left empty; what hangs on it is skipped. */
#ifndef GPUPLAN_RESOLVE_H
#define GPUPLAN_RESOLVE_H

#include "compiler/load.h"
#include "compiler/plan.h"

struct resolver {
	struct arena *arena;
	struct findings *findings;
	struct plan *plan;
};

struct plan *plan_resolve(struct arena *arena, struct sources *sources, struct catalog *catalog,
			  struct spec *spec, struct findings *findings);

/* The parts, called by plan_resolve. */
void resolve_host(struct resolver *r, struct host_spec *spec, struct host *host);
void resolve_vm(struct resolver *r, struct vm_spec *spec, struct vm *vm);
/* Hands out the virtual functions of a host's GPUs to its vGPUs: explicit ones first. */
void resolve_functions(struct resolver *r, const struct host *host);
void resolve_mmio(struct vm *vm);

#endif
