/* Platforms: what runs a host's VMs, by the host's `hypervisor` and `managed_by` together.
 *
 * Each platform is a row in platform.c: what it can carry, its limits, the artifacts that it takes.
 * All other code asks the row for a capability, never for a platform's name (tests/includes.py),
 * so that a new platform is a row. The key tables name the capability that a key needs
 * (schema/keys.h, `needs`). */
#ifndef GPUPLAN_SCHEMA_PLATFORM_H
#define GPUPLAN_SCHEMA_PLATFORM_H

#include "schema/model.h"

/* What shows a guest's GPU its clique. */
enum clique_carrier {
	CLIQUES_NONE,
	CLIQUES_BY_LIBVIRT, /* <qemu:override> in the domain */
	CLIQUES_BY_QEMU,    /* a property among QEMU's arguments */
	CLIQUES_BY_WRAPPER, /* no artifact of a VM carries it: a wrapper reads the clique map */
};

/* What a size is a multiple of. */
struct size_unit {
	uint64_t bytes;
	const char *what; /* "multiples of 4 MiB"; NULL: any size is */
};

struct platform {
	/* Of the row: the words of a host; managed_by 0: there is no choice. */
	enum hypervisor hypervisor;
	enum manager managed_by;
	const char *word; /* as users write `hypervisor`; empty if a host has none */
	const char *name; /* in sentences */
	/* The targets of the artifacts that it takes; ends with NULL. */
	const char *const *targets;

	/* Of a VM. */
	uint32_t max_vcpus;
	struct size_unit memory_unit, mmio_unit;

	bool whole_vm;	   /* a VM's artifact is all of it; else entries for one that exists */
	bool placement;	   /* vCPUs are pinned; memory is bound to nodes, or in huge pages */
	bool guest_layout; /* the guest's NUMA cells and PCI places are ours to choose */
	bool vfio;	   /* Linux passes devices: IOMMU groups; vGPUs are mediated devices or
			      virtual functions, and take their parameters from sysfs */
	bool qemu;	   /* VMs are QEMU's: its release, its firmware and their limits count */
	bool libvirt;	   /* libvirt starts VMs from our domain XML: its release counts */
	bool esxi;	   /* VMs are ESXi's: its release and its support by NVIDIA count */
	bool mmio_table; /* the MMIO window follows NVIDIA's table of MMIO space, not BAR1 alone */
	bool host_id;	 /* a passed GPU's entry names its host by `system_id` */
	bool by_hand;	 /* no program binds GPUs or copies firmware variables before a VM starts */
	/* It chooses the GPUs of a VM's vGPUs itself, and joins them by NVLink in groups of these
	 * sizes: bit n for n vGPUs. */
	uint32_t device_groups;
	enum clique_carrier cliques;
	/* What rewrites the domain XML at every start ("Nova"); NULL: nothing. */
	const char *rewriter;
};

/* The rows of one hypervisor are adjacent. The last row is empty: it serves hosts whose
 * `hypervisor` is wrong or missing. */
extern const struct platform platform_rows[];

/* The host's; never NULL. */
const struct platform *platform_of(const struct host_spec *spec);

/* A member of struct platform, for the key tables; 0 is none of those that they name. */
#define PLATFORM(member) offsetof(struct platform, member)
static inline const void *platform_member(const struct platform *platform, size_t member)
{
	return (const char *)platform + member;
}
static inline bool platform_has(const struct platform *platform, size_t capability)
{
	return *(const bool *)platform_member(platform, capability);
}
/* The first platform that has the capability; where a key needs it, all of its hypervisor's do. */
const struct platform *platform_with(size_t capability);

/* The platform takes the artifacts of that target. */
bool platform_takes(const struct platform *platform, const char *target);

#endif
