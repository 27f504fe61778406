/* Platforms: what runs a host's VMs, determined by its `hypervisor` and `managed_by`.
 *
 * Each platform is a row in platform.c, with its capabilities, limits and artifacts. All other code
 * asks for a capability, never for a platform's name (tests/includes.py), so that a new platform is
 * just a new row. The key tables name the capability that a key needs (schema/keys.h, `needs`). */
#ifndef GPUPLAN_SCHEMA_PLATFORM_H
#define GPUPLAN_SCHEMA_PLATFORM_H

#include "schema/model.h"

/* How a GPU in a guest gets its clique. */
enum clique_carrier {
	CLIQUES_NONE,
	CLIQUES_BY_LIBVIRT, /* <qemu:override> in the domain */
	CLIQUES_BY_QEMU,    /* a property in QEMU's arguments */
	CLIQUES_BY_WRAPPER, /* not in any VM's artifact: a wrapper reads the clique map */
};

/* The unit that a size must be a multiple of. */
struct size_unit {
	uint64_t bytes;
	const char *what; /* "multiples of 4 MiB"; NULL: any size */
};

struct platform {
	/* The host's values that select the row; managed_by is 0 if there is no choice. */
	enum hypervisor hypervisor;
	enum manager managed_by;
	const char *word; /* value of `hypervisor` as users write it; empty for the last row */
	const char *name; /* for sentences */
	/* Targets of the artifacts for this platform, ending with NULL. */
	const char *const *targets;

	/* Limits and units of a VM. */
	uint32_t max_vcpus;
	struct size_unit memory_unit, mmio_unit;

	bool whole_vm;	   /* artifacts define whole VMs, not entries for existing ones */
	bool placement;	   /* vCPUs can be pinned, and memory bound to nodes or huge pages */
	bool guest_layout; /* gpuplan chooses the guest's NUMA cells and PCI addresses */
	bool vfio; /* by VFIO: IOMMU groups; vGPUs are mediated devices or VFs, set up in sysfs */
	bool qemu; /* VMs run on QEMU: its release, firmware and limits matter */
	bool libvirt;	 /* libvirt starts VMs from our domain XML: its release matters */
	bool esxi;	 /* VMs run on ESXi: its release and NVIDIA's support matter */
	bool mmio_table; /* the MMIO window follows NVIDIA's table, not only BAR1 */
	bool host_id;	 /* entries of passed-through GPUs name the host by `system_id` */
	bool by_hand;	 /* the user must bind GPUs and copy firmware variables */
	/* If not 0, the platform chooses the GPUs for vGPUs, and joins them by NVLink in groups of
	 * these sizes: bit n for n vGPUs. */
	uint32_t device_groups;
	enum clique_carrier cliques;
	/* What rewrites the domain XML at each start ("Nova"), or NULL. */
	const char *rewriter;
};

/* Rows of a hypervisor are adjacent. The last row is empty, for hosts whose `hypervisor` is wrong
 * or missing. */
extern const struct platform platform_rows[];

/* The platform of a host; never NULL. */
const struct platform *platform_of(const struct host_spec *spec);

/* A member of struct platform, for the key tables. None of those in use has offset 0. */
#define PLATFORM(member) offsetof(struct platform, member)
static inline const void *platform_member(const struct platform *platform, size_t member)
{
	return (const char *)platform + member;
}
static inline bool platform_has(const struct platform *platform, size_t capability)
{
	return *(const bool *)platform_member(platform, capability);
}
/* The first platform with the capability. For those that keys need, all platforms of its hypervisor
 * have it. */
const struct platform *platform_with(size_t capability);

/* True if the platform uses artifacts of that target. */
bool platform_takes(const struct platform *platform, const char *target);

#endif
