/* The steps of plan_resolve, in this order:
 *
 *     resolve.c        the plan: hosts, then VMs, then what they share
 *     resolve_host.c   boards, shares of the MMIO window
 *     resolve_links.c  NVLink edges, cliques
 *     capture_apply.c  what a host's captures say, against its keys
 *     capture_cliques.c
 *                      cliques out of a capture: they serve the VMs of the plan
 *     resolve_vm.c     GPUs and vGPUs of a VM, unified memory, P2P groups
 *     resolve_functions.c
 *                      virtual functions of vGPUs
 *     resolve_fabric.c Fabric Manager partitions
 *     mmio.c           the MMIO window
 *     guest.c          the guest's machine: NUMA, PCI, disks, nics
 *     resolve_claims.c UUIDs, MAC addresses and disks that two VMs have */
#ifndef GPUPLAN_STEPS_PRIVATE_H
#define GPUPLAN_STEPS_PRIVATE_H

#include "compiler/base/inside.h"
#include "compiler/plan/captures.h"
#include "compiler/plan/resolve.h"

/* A capture that a profile names: hosts that share the profile share it. */
struct known_capture {
	struct span key;
	const struct capture *capture; /* NULL: reported */
};

struct resolver {
	struct arena *arena;
	struct arena *scratch; /* reset after each host or VM */
	struct findings *findings;
	struct plan *plan;
	struct known_capture *captures; /* of profiles */
	uint32_t n_captures, captures_capacity;
	struct inside inside; /* where captures are looked for */
	/* The last look-ups: neighbours mostly repeat them. */
	struct str spelling;
	const struct vgpu_type *type;
	const struct host *host;
};

/* Marks a value as wrong, as the decoder does, so that later checks skip it. */
#define MARK_BROKEN(spec, section, key)                                                            \
	((spec)->broken |= UINT64_C(1) << (section_key(&(section), STR(key)) - (section).keys))

/* Resolves what depends on this host alone. Its captures, which are sources of the plan, come
 * later. */
void resolve_host(struct resolver *r, struct host_spec *spec, struct host *host);
void resolve_vm(struct resolver *r, struct vm_spec *spec, struct vm *vm);
void resolve_links(struct resolver *r, struct host_spec *spec, struct host *host);
/* Numbers the host's cliques and puts its GPUs into them. */
void number_cliques(struct host *host);
/* Reads a host's captures and compares them with its keys. */
void capture_open(struct resolver *r, struct host *host);
void capture_nodes(struct resolver *r, struct host *host);
void capture_nvlink(struct resolver *r, struct host_spec *spec, struct host *host);
void capture_groups(struct resolver *r, struct host_spec *spec, const struct host *host);
/* The cliques of hosts that have captures.p2p_read and no `pcie_p2p`. */
void capture_cliques(struct resolver *r, const struct spec *spec);
/* The capture that the key names. NULL, and reported, if it cannot be read. */
const struct capture *capture_of_key(struct resolver *r, const struct host *host,
				     const struct text *key, unsigned kind);
/* True if vGPUs on it may use virtual functions: boards before Ampere have none. */
bool has_functions(const struct gpu *gpu);
/* Assigns the virtual functions of a host's GPUs to its vGPUs, explicit ones first. */
void resolve_functions(struct resolver *r, const struct host *host);
/* The host's Fabric Manager partitions, and those that a VM needs. */
void resolve_fabric(struct resolver *r, struct host *host);
void resolve_partitions(struct resolver *r, struct vm *vm);
void resolve_mmio(const struct figures *figures, struct vm *vm);
/* Reports what two VMs claim and only one can have. */
void resolve_claims(struct resolver *r);

#endif
