#include "schema/platform.h"

#define TARGETS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* 255 vCPUs: more need an IOMMU in the guest that remaps interrupts. Memory: the unit of QEMU's -m.
 * A window may have any size. */
#define KVM                                                                                        \
	.hypervisor = HYPERVISOR_KVM, .word = "kvm", .name = "kvm",                                \
	.targets = TARGETS("libvirt", "qemu", "clique-map", "host-setup"), .max_vcpus = 255,       \
	.memory_unit = MIB, .mmio_unit = KIB, .whole_vm = true, .placement = true,                 \
	.guest_layout = true, .vfio = true, .qemu = true

/* memSize is a multiple of 4 MB, pciPassthru.64bitMMIOSizeGB whole. */
#define VSPHERE                                                                                    \
	.hypervisor = HYPERVISOR_VSPHERE, .word = "vsphere", .name = "vSphere",                    \
	.targets = TARGETS("vmx"), .max_vcpus = 768, .memory_unit = 4 * MIB, .mmio_unit = GIB,     \
	.esxi = true, .mmio_table = true, .host_id = true

static const struct platform platforms[] = {
	{KVM, .managed_by = MANAGED_BY_LIBVIRT, .cliques = CLIQUES_BY_LIBVIRT},
	{KVM, .managed_by = MANAGED_BY_QEMU, .cliques = CLIQUES_BY_QEMU, .by_hand = true},
	{KVM, .managed_by = MANAGED_BY_OPENSTACK, .cliques = CLIQUES_BY_WRAPPER,
	 .rewriter = "Nova"},
	{KVM, .managed_by = MANAGED_BY_PROXMOX, .cliques = CLIQUES_BY_WRAPPER},
	{VSPHERE},
};

static const struct platform none = {.word = "", .name = "", .targets = TARGETS(NULL)};

const struct platform *platform_of(const struct host_spec *spec)
{
	for (size_t i = 0; i < sizeof platforms / sizeof *platforms; i++) {
		const struct platform *row = &platforms[i];

		if (row->hypervisor == spec->hypervisor.is &&
		    (!row->managed_by || row->managed_by == spec->managed_by.is))
			return row;
	}
	return &none;
}

bool platform_takes(const struct platform *platform, const char *target)
{
	for (size_t i = 0; platform->targets[i]; i++)
		if (strcmp(platform->targets[i], target) == 0)
			return true;
	return false;
}
