#include "schema/platform.h"

#define TARGETS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* More than 255 vCPUs need an interrupt-remapping IOMMU in the guest. QEMU's -m counts MiB. */
#define KVM                                                                                        \
	.hypervisor = HYPERVISOR_KVM, .word = "kvm", .name = "kvm",                                \
	.targets = TARGETS("libvirt", "qemu", "clique-map", "host-setup"), .max_vcpus = 255,       \
	.memory_unit = {MIB, "whole MiB"}, .mmio_unit = {KIB, NULL}, .whole_vm = true,             \
	.placement = true, .guest_layout = true, .vfio = true, .qemu = true

/* memSize is a multiple of 4 MB; pciPassthru.64bitMMIOSizeGB counts GB. vCenter has device groups
 * of two, four and eight vGPUs. */
#define VSPHERE                                                                                    \
	.hypervisor = HYPERVISOR_VSPHERE, .word = "vsphere", .name = "vSphere",                    \
	.targets = TARGETS("vmx"), .max_vcpus = 768,                                               \
	.memory_unit = {4 * MIB, "multiples of 4 MiB"}, .mmio_unit = {GIB, "whole GiB"},           \
	.esxi = true, .mmio_table = true, .host_id = true,                                         \
	.device_groups = 1 << 2 | 1 << 4 | 1 << 8

const struct platform platform_rows[] = {
	{KVM, .managed_by = MANAGED_BY_LIBVIRT, .libvirt = true, .cliques = CLIQUES_BY_LIBVIRT},
	{KVM, .managed_by = MANAGED_BY_QEMU, .cliques = CLIQUES_BY_QEMU, .by_hand = true},
	{KVM, .managed_by = MANAGED_BY_OPENSTACK, .cliques = CLIQUES_BY_WRAPPER,
	 .rewriter = "Nova"},
	{KVM, .managed_by = MANAGED_BY_PROXMOX, .cliques = CLIQUES_BY_WRAPPER},
	{VSPHERE},
	{.word = "", .name = "", .targets = TARGETS(NULL)},
};

const struct platform *platform_of(const struct host_spec *spec)
{
	const struct platform *row = platform_rows;

	while (row->hypervisor && (row->hypervisor != spec->hypervisor.is ||
				   (row->managed_by && row->managed_by != spec->managed_by.is)))
		row++;
	return row;
}

const struct platform *platform_with(size_t capability)
{
	const struct platform *row = platform_rows;

	while (row->hypervisor && !platform_has(row, capability))
		row++;
	return row;
}

bool platform_takes(const struct platform *platform, const char *target)
{
	for (size_t i = 0; platform->targets[i]; i++)
		if (strcmp(platform->targets[i], target) == 0)
			return true;
	return false;
}
