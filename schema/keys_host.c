/* hosts.NAME and host_profiles.NAME, and the sections below them. */
#include "schema/keys.h"

#define WORDS(...)    ((const char *const[]){__VA_ARGS__, NULL})
#define LENGTH(array) (sizeof(array) / sizeof *(array))

/* versions */
#define AT(field) offsetof(struct versions_spec, field)

static const struct key versions_keys[] = {
	{.name = "esxi", .type = KEY_ESXI, .offset = AT(esxi), .doc = "ESXi, as VMware writes it."},
	{.name = "qemu", .type = KEY_VERSION, .offset = AT(qemu), .doc = "QEMU on the host."},
	{.name = "libvirt",
	 .type = KEY_VERSION,
	 .offset = AT(libvirt),
	 .doc = "libvirt on the host."},
	{.name = "kernel",
	 .type = KEY_VERSION,
	 .offset = AT(kernel),
	 .doc = "The host's Linux kernel."},
	{.name = "vgpu",
	 .type = KEY_VERSION,
	 .offset = AT(vgpu),
	 .doc = "The NVIDIA vGPU software release."},
	{.name = "driver",
	 .type = KEY_VERSION,
	 .offset = AT(driver),
	 .doc = "The NVIDIA driver that runs the GPUs: the guest's with nvswitch.mode: shared, "
		"otherwise the host's."},
	{.name = "fabric_manager",
	 .type = KEY_VERSION,
	 .offset = AT(fabric_manager),
	 .doc = "NVIDIA Fabric Manager on the host."},
	{.name = "ovmf",
	 .type = KEY_VERSION,
	 .offset = AT(ovmf),
	 .doc = "The OVMF firmware on the host."},
};

static const struct section versions_section = {
	.title = "hosts.NAME.versions",
	.what = "'versions'",
	.doc = "Each is optional; a rule that needs one stays silent when it is absent. They are "
	       "read "
	       "by their leading dotted number (`8.2.2-1ubuntu1`), ESXi as `8.0u2`, `8.0 U2` or "
	       "`8.0.2`.",
	.size = sizeof(struct versions_spec),
	.keys = versions_keys,
	.n = LENGTH(versions_keys),
};

/* cpus */
#undef AT
#define AT(field) offsetof(struct cpus_spec, field)

static const struct key cpus_keys[] = {
	{.name = "sockets",
	 .type = KEY_NUMBER,
	 .offset = AT(sockets),
	 .min = 1,
	 .max = 64,
	 .doc = "CPU sockets."},
	{.name = "cores",
	 .type = KEY_NUMBER,
	 .offset = AT(cores),
	 .min = 1,
	 .max = 1024,
	 .doc = "Cores a socket."},
	{.name = "threads",
	 .type = KEY_NUMBER,
	 .offset = AT(threads),
	 .min = 1,
	 .max = 8,
	 .doc = "Threads a core."},
	{.name = "phys_bits",
	 .type = KEY_NUMBER,
	 .offset = AT(phys_bits),
	 .min = 32,
	 .max = 64,
	 .doc = "Physical address bits (`address sizes` in /proc/cpuinfo)."},
	{.name = "vendor",
	 .type = KEY_WORD,
	 .offset = AT(vendor),
	 .words = WORDS("intel", "amd"),
	 .doc = "Who made the CPUs: AMD's address map has a hole below 1 TiB."},
};

static const struct section cpus_section = {
	.title = "hosts.NAME.cpus",
	.what = "'cpus'",
	.doc = "Per socket and per core, as lscpu counts.",
	.size = sizeof(struct cpus_spec),
	.keys = cpus_keys,
	.n = LENGTH(cpus_keys),
};

/* numa */
#undef AT
#define AT(field) offsetof(struct numa_spec, field)

static const struct key numa_keys[] = {
	{.name = "id",
	 .type = KEY_NUMBER,
	 .flags = KEY_REQUIRED,
	 .offset = AT(id),
	 .max = MAX_NODE,
	 .doc = "The node's number on the host."},
	{.name = "cpus",
	 .type = KEY_TEXT,
	 .offset = AT(cpus),
	 .grammar = GRAMMAR_CPULIST,
	 .doc = "The node's CPUs as a Linux cpulist."},
	{.name = "memory", .type = KEY_SIZE, .offset = AT(memory), .doc = "The node's memory."},
	{.name = "hugepages_1g",
	 .type = KEY_NUMBER,
	 .offset = AT(hugepages_1g),
	 .max = 1 << 20,
	 .doc = "1 GiB pages reserved on the node."},
};

static const struct section numa_section = {
	.title = "hosts.NAME.numa[]",
	.what = "a NUMA node",
	.plural = "nodes",
	.doc = "The host's NUMA nodes.",
	.size = sizeof(struct numa_spec),
	.keys = numa_keys,
	.n = LENGTH(numa_keys),
};

/* nvswitch */
#undef AT
#define AT(field) offsetof(struct partition_spec, field)

static const struct key partition_keys[] = {
	{.name = "modules",
	 .type = KEY_LIST,
	 .item = KEY_NUMBER,
	 .flags = KEY_REQUIRED,
	 .offset = AT(modules),
	 .min = 1,
	 .max = MAX_MODULE,
	 .doc = "The module ids of the partition."},
};

static const struct section partition_section = {
	.title = "hosts.NAME.nvswitch.partitions[]",
	.what = "a partition",
	.plural = "partitions",
	.doc = "A Fabric Manager partition: written as the list of its module ids.",
	.size = sizeof(struct partition_spec),
	.keys = partition_keys,
	.n = LENGTH(partition_keys),
	.shorthand = "modules",
};

#undef AT
#define AT(field) offsetof(struct nvswitch_spec, field)

static const struct key nvswitch_keys[] = {
	{.name = "mode",
	 .type = KEY_WORD,
	 .offset = AT(mode),
	 .words = WORDS("bare-metal", "shared", "vgpu"),
	 .doc = "Fabric Manager's mode: 0 (bare metal), 1 (shared NVSwitch), 2 (vGPU)."},
	{.name = "partitions",
	 .type = KEY_LIST,
	 .item = KEY_MAP,
	 .offset = AT(partitions),
	 .section = &partition_section,
	 .words = WORDS("hgx-h100", "hgx-b200"),
	 .doc = "The partitions of the platform, or an own list of lists of module ids."},
};

static const struct section nvswitch_section = {
	.title = "hosts.NAME.nvswitch",
	.what = "'nvswitch'",
	.doc = "The host's NVSwitch fabric.",
	.size = sizeof(struct nvswitch_spec),
	.keys = nvswitch_keys,
	.n = LENGTH(nvswitch_keys),
};

/* captures */
#undef AT
#define AT(field) offsetof(struct captures_spec, field)

static const struct key captures_keys[] = {
	{.name = "topo",
	 .type = KEY_TEXT,
	 .offset = AT(topo),
	 .grammar = GRAMMAR_ANY,
	 .doc = "Saved output of `nvidia-smi topo -m`."},
	{.name = "p2p_read",
	 .type = KEY_TEXT,
	 .offset = AT(p2p_read),
	 .grammar = GRAMMAR_ANY,
	 .doc = "Saved output of `nvidia-smi topo -p2p r`."},
	{.name = "p2p_write",
	 .type = KEY_TEXT,
	 .offset = AT(p2p_write),
	 .grammar = GRAMMAR_ANY,
	 .doc = "Saved output of `nvidia-smi topo -p2p w`."},
};

static const struct section captures_section = {
	.title = "hosts.NAME.captures",
	.what = "'captures'",
	.doc = "Paths, relative to this file, of saved `nvidia-smi topo` output.",
	.size = sizeof(struct captures_spec),
	.keys = captures_keys,
	.n = LENGTH(captures_keys),
};

/* nvlink, pcie_p2p */
#undef AT
#define AT(field) offsetof(struct nvlink_group_spec, field)

static const struct key nvlink_keys[] = {
	{.name = "gpus",
	 .type = KEY_LIST,
	 .item = KEY_TEXT,
	 .flags = KEY_REQUIRED,
	 .offset = AT(gpus),
	 .grammar = GRAMMAR_GPU_ID,
	 .min = 1,
	 .doc = "GPU ids, every two of them directly connected."},
	{.name = "links",
	 .type = KEY_NUMBER,
	 .offset = AT(links),
	 .min = 1,
	 .max = 18,
	 .doc = "NVLink links between two of them (the number in `NV4`)."},
};

static const struct section nvlink_section = {
	.title = "hosts.NAME.nvlink[]",
	.what = "an NVLink group",
	.plural = "groups",
	.doc = "GPUs that NVLink connects pairwise: a list of GPU ids, or a map of these keys. "
	       "Edges "
	       "are not transitive.",
	.size = sizeof(struct nvlink_group_spec),
	.keys = nvlink_keys,
	.n = LENGTH(nvlink_keys),
	.shorthand = "gpus",
};

#undef AT
#define AT(field) offsetof(struct pcie_group_spec, field)

static const struct key pcie_keys[] = {
	{.name = "gpus",
	 .type = KEY_LIST,
	 .item = KEY_TEXT,
	 .flags = KEY_REQUIRED,
	 .offset = AT(gpus),
	 .grammar = GRAMMAR_GPU_ID,
	 .min = 1,
	 .doc = "GPU ids, every two of them proven on bare metal."},
	{.name = "clique",
	 .type = KEY_NUMBER,
	 .flags = KEY_UNBOUNDED,
	 .offset = AT(clique),
	 .max = MAX_CLIQUES - 1,
	 .doc = "Fixes the group's clique id, 0 to 15; the others are numbered from 0 in the order "
		"of "
		"the spec."},
	{.name = "verified",
	 .type = KEY_WORD,
	 .offset = AT(verified),
	 .words = WORDS("destination"),
	 .doc = "A copy between the GPUs was read back at the far GPU, on this machine."},
};

static const struct section pcie_section = {
	.title = "hosts.NAME.pcie_p2p[]",
	.what = "a PCIe P2P group",
	.plural = "groups",
	.doc = "GPUs proven to do PCIe P2P with each other on bare metal: a list of GPU ids, or a "
	       "map "
	       "of these keys.",
	.size = sizeof(struct pcie_group_spec),
	.keys = pcie_keys,
	.n = LENGTH(pcie_keys),
	.shorthand = "gpus",
};

/* gpus */
#undef AT
#define AT(field) offsetof(struct gpu_spec, field)

static const struct key gpu_keys[] = {
	{.name = "board",
	 .type = KEY_TEXT,
	 .flags = KEY_REQUIRED,
	 .offset = AT(board),
	 .grammar = GRAMMAR_BOARD,
	 .doc = "A board id of the catalog (`gpuplan boards`), or a PCI id."},
	{.name = "address",
	 .type = KEY_ADDRESS,
	 .flags = KEY_REQUIRED,
	 .offset = AT(address),
	 .doc = "The GPU's PCI address on the host."},
	{.name = "numa",
	 .type = KEY_NUMBER,
	 .offset = AT(numa),
	 .max = MAX_NODE,
	 .doc = "The NUMA node that it is attached to."},
	{.name = "iommu_group",
	 .type = KEY_NUMBER,
	 .offset = AT(iommu_group),
	 .max = 65535,
	 .doc = "Its IOMMU group."},
	{.name = "smi_index",
	 .type = KEY_NUMBER,
	 .offset = AT(smi_index),
	 .max = 63,
	 .doc = "Its index in nvidia-smi, where that is not the PCI order."},
	{.name = "module",
	 .type = KEY_NUMBER,
	 .offset = AT(module),
	 .min = 1,
	 .max = MAX_MODULE,
	 .doc = "Its SXM module id (not the PCI order)."},
	{.name = "mig", .type = KEY_FLAG, .offset = AT(mig), .doc = "MIG mode is on."},
	{.name = "ecc", .type = KEY_FLAG, .offset = AT(ecc), .doc = "ECC is on."},
	{.name = "rebar", .type = KEY_FLAG, .offset = AT(rebar), .doc = "Resizable BAR is on."},
	{.name = "bar1",
	 .type = KEY_SIZE,
	 .offset = AT(bar1),
	 .doc = "The size of BAR1; overrides the catalog, and with it the GPU's share of the MMIO "
		"window (twice this size)."},
	{.name = "vfs",
	 .type = KEY_LIST,
	 .item = KEY_ADDRESS,
	 .offset = AT(vfs),
	 .doc = "The PCI addresses of its SR-IOV virtual functions."},
};

const struct section gpu_section = {
	.title = "hosts.NAME.gpus.ID",
	.what = "GPU",
	.doc = "One physical GPU.",
	.size = sizeof(struct gpu_spec),
	.keys = gpu_keys,
	.n = LENGTH(gpu_keys),
};

/* the host itself */
#undef AT
#define AT(field) offsetof(struct host_spec, field)

static const struct key host_keys[] = {
	{.name = "hypervisor",
	 .type = KEY_WORD,
	 .flags = KEY_REQUIRED,
	 .offset = AT(hypervisor),
	 .words = WORDS("kvm", "vsphere"),
	 .meant = WORDS("esxi", "vsphere", "vmware", "vsphere", "vcenter", "vsphere", "qemu", "kvm",
			"libvirt", "kvm", "proxmox", "kvm, and managed_by: proxmox", "pve",
			"kvm, and managed_by: proxmox", "openstack",
			"kvm, and managed_by: openstack", "nova", "kvm, and managed_by: openstack"),
	 .doc = "What runs the VMs."},
	{.name = "profile",
	 .type = KEY_TEXT,
	 .flags = KEY_OWN,
	 .offset = AT(profile),
	 .grammar = GRAMMAR_NAME,
	 .doc = "A name in `host_profiles`: its keys count where the host has none of its own."},
	{.name = "versions",
	 .type = KEY_MAP,
	 .flags = KEY_MERGE,
	 .offset = AT(versions),
	 .section = &versions_section,
	 .doc = "The versions of what runs on the host."},
	{.name = "managed_by",
	 .type = KEY_WORD,
	 .offset = AT(managed_by),
	 .needs = PLATFORM(qemu),
	 .words = WORDS("libvirt", "qemu", "openstack", "proxmox"),
	 .meant = WORDS("nova", "openstack", "virsh", "libvirt", "pve", "proxmox"),
	 .fallback = MANAGED_BY_LIBVIRT,
	 .doc = "Who starts QEMU there."},
	{.name = "vgpu_framework",
	 .type = KEY_WORD,
	 .offset = AT(vgpu_framework),
	 .needs = PLATFORM(vfio),
	 .words = WORDS("mdev", "vfio"),
	 .doc = "How vGPUs appear: mediated devices, or vendor-specific VFIO on virtual functions. "
		"Default: `mdev` for Turing and older or `versions.vgpu` below 17; `vfio` for Ada, "
		"Hopper and Blackwell; Ampere: `vfio` where `versions.kernel` is 6.8 or later, "
		"else "
		"`mdev`."},
	{.name = "driver",
	 .type = KEY_WORD,
	 .offset = AT(driver),
	 .words = WORDS("vgpu", "proprietary", "open", "open-p2p"),
	 .doc = "The host's NVIDIA kernel driver; `open-p2p` is the patched open module with "
		"GeForce "
		"P2P."},
	{.name = "iommu",
	 .type = KEY_FLAG,
	 .offset = AT(iommu),
	 .doc = "The IOMMU (VT-d, AMD-Vi) is on."},
	{.name = "iommu_backend",
	 .type = KEY_WORD,
	 .offset = AT(iommu_backend),
	 .needs = PLATFORM(vfio),
	 .words = WORDS("legacy", "iommufd"),
	 .fallback = IOMMU_LEGACY,
	 .doc = "How QEMU reaches the IOMMU."},
	{.name = "cpus",
	 .type = KEY_MAP,
	 .flags = KEY_MERGE,
	 .offset = AT(cpus),
	 .section = &cpus_section,
	 .doc = "The host's CPUs."},
	{.name = "memory", .type = KEY_SIZE, .offset = AT(memory), .doc = "The host's memory."},
	{.name = "numa",
	 .type = KEY_LIST,
	 .item = KEY_MAP,
	 .offset = AT(numa),
	 .section = &numa_section,
	 .doc = "The host's NUMA nodes."},
	{.name = "system_id",
	 .type = KEY_UUID,
	 .offset = AT(system_id),
	 .needs = PLATFORM(host_id),
	 .doc = "`esxcli system uuid get`: passthrough entries name it."},
	{.name = "nvswitch",
	 .type = KEY_MAP,
	 .flags = KEY_MERGE,
	 .offset = AT(nvswitch),
	 .section = &nvswitch_section,
	 .doc = "The host's NVSwitch fabric."},
	{.name = "nvlink",
	 .type = KEY_LIST,
	 .item = KEY_MAP,
	 .offset = AT(nvlink),
	 .section = &nvlink_section,
	 .words = WORDS("all", "none"),
	 .doc = "Which GPUs NVLink connects directly."},
	{.name = "pcie_p2p",
	 .type = KEY_LIST,
	 .item = KEY_MAP,
	 .offset = AT(pcie_p2p),
	 .section = &pcie_section,
	 .words = WORDS("all", "none"),
	 .doc = "Which GPUs were proven to do PCIe P2P on bare metal (`nvidia-smi topo -p2p r` "
		"says "
		"OK)."},
	{.name = "captures",
	 .type = KEY_MAP,
	 .flags = KEY_MERGE,
	 .offset = AT(captures),
	 .section = &captures_section,
	 .doc = "Saved `nvidia-smi topo` output."},
	{.name = "gpus",
	 .type = KEY_NAMED,
	 .flags = KEY_REQUIRED,
	 .offset = AT(gpus),
	 .section = &gpu_section,
	 .grammar = GRAMMAR_GPU_ID,
	 .min = 1,
	 .max = MAX_GPUS,
	 .doc = "The host's GPUs, by id."},
};

const struct section host_section = {
	.title = "hosts.NAME",
	.what = "host",
	.doc = "A machine that holds GPUs. A host profile (`host_profiles.NAME`) takes the same "
	       "keys "
	       "but `profile`, and nothing in it is required. A host's own keys win over its "
	       "profile's; `versions`, `cpus`, `nvswitch` and `captures` are merged key by key, "
	       "lists "
	       "and `gpus` replace.",
	.size = sizeof(struct host_spec),
	.keys = host_keys,
	.n = LENGTH(host_keys),
};
