/* The model: the contents of a spec, key by key, without anything derived from them.
 *
 * Each section of the spec language has a struct with one field per key, in the order of the key
 * tables (keys_*.c). Derived values (boards, cliques, MMIO windows) are in compiler/plan/plan.h.
 * The `at` of a struct covers the section's whole map. */
#ifndef GPUPLAN_SCHEMA_MODEL_H
#define GPUPLAN_SCHEMA_MODEL_H

#include "schema/value.h"

/* The head of every section's struct: the place of its map, and one bit per key, set if its value
 * was wrong. Such a key has been reported and reads as absent, so code that reports an absent key
 * must ask key_broken first. */
#define SECTION_HEAD                                                                               \
	struct span at;                                                                            \
	uint64_t broken

/* The head of a struct with a name: an entry of a map with free names. */
struct named_spec {
	SECTION_HEAD;
	struct text name;
};

/* The words of each key, in the order of its word list; a test compares the two. */
enum hypervisor { HYPERVISOR_KVM = 1, HYPERVISOR_VSPHERE };
enum manager { MANAGED_BY_LIBVIRT = 1, MANAGED_BY_QEMU, MANAGED_BY_OPENSTACK, MANAGED_BY_PROXMOX };
enum framework { FRAMEWORK_MDEV = 1, FRAMEWORK_VFIO };
enum host_driver { DRIVER_VGPU = 1, DRIVER_PROPRIETARY, DRIVER_OPEN, DRIVER_OPEN_P2P };
enum iommu_backend { IOMMU_LEGACY = 1, IOMMU_IOMMUFD };
enum cpu_vendor { VENDOR_INTEL = 1, VENDOR_AMD };
enum nvswitch_mode { NVSWITCH_BARE_METAL = 1, NVSWITCH_SHARED, NVSWITCH_VGPU };
enum partitions_word { PARTITIONS_HGX_H100 = 1, PARTITIONS_HGX_B200 };
enum links_word { LINKS_ALL = 1, LINKS_NONE };
enum verified { VERIFIED_DESTINATION = 1 };
enum guest { GUEST_LINUX = 1, GUEST_WINDOWS };
enum firmware { FIRMWARE_EFI = 1, FIRMWARE_BIOS };
enum pinning_word { PINNING_NONE = 1, PINNING_AUTO };
enum hugepages { HUGEPAGES_NONE = 1, HUGEPAGES_2M, HUGEPAGES_1G };
enum p2p { P2P_NONE = 1, P2P_NVLINK, P2P_PCIE };
enum mmio_word { MMIO_AUTO = 1 };
enum p2p_scope { SCOPE_VM = 1, SCOPE_GROUP };
enum uvm { UVM_TRUE = 1, UVM_FALSE, UVM_DEFAULT };
enum disk_format { FORMAT_QCOW2 = 1, FORMAT_RAW };
enum disk_bus { BUS_VIRTIO = 1, BUS_SCSI, BUS_SATA };
enum nic_model { NIC_VIRTIO = 1, NIC_E1000E, NIC_VMXNET3 };
enum console { CONSOLE_SERIAL = 1, CONSOLE_VNC, CONSOLE_NONE };

enum { MAX_GPUS = 64, MAX_CLIQUES = 16, MAX_MODULE = 16, MAX_NODE = 1023 };

typedef LIST_OF(struct text) text_list;
typedef LIST_OF(struct address) address_list;
typedef LIST_OF(struct param) param_list;

struct versions_spec {
	SECTION_HEAD;
	struct version esxi, qemu, libvirt, kernel, vgpu, driver, fabric_manager, ovmf;
};

struct cpus_spec {
	SECTION_HEAD;
	struct number sockets, cores, threads, phys_bits;
	struct word vendor;
};

struct numa_spec {
	SECTION_HEAD;
	struct number id;
	struct text cpus;
	struct number memory, hugepages_1g;
};

/* A Fabric Manager partition: module ids. */
struct partition_spec {
	SECTION_HEAD;
	LIST_OF(struct number) modules;
};

struct nvswitch_spec {
	SECTION_HEAD;
	struct word mode;
	LIST_OF(struct partition_spec) partitions;
};

struct captures_spec {
	SECTION_HEAD;
	struct text topo, p2p_read, p2p_write;
};

/* GPUs connected pairwise by NVLink. */
struct nvlink_group_spec {
	SECTION_HEAD;
	text_list gpus;
	struct number links;
};

/* GPUs observed to do PCIe P2P with each other. */
struct pcie_group_spec {
	SECTION_HEAD;
	text_list gpus;
	struct number clique;
	struct word verified;
};

struct gpu_spec {
	SECTION_HEAD;
	struct text name;
	struct text board;
	struct address address;
	struct number numa, iommu_group, smi_index, module;
	struct flag mig, ecc, rebar;
	struct number bar1;
	address_list vfs;
};

/* A host, or a host profile. */
struct host_spec {
	SECTION_HEAD;
	struct text name;
	struct word hypervisor;
	struct text profile;
	struct versions_spec versions;
	struct word managed_by, vgpu_framework, driver;
	struct flag iommu;
	struct word iommu_backend;
	struct cpus_spec cpus;
	struct number memory;
	LIST_OF(struct numa_spec) numa;
	struct uuid system_id;
	struct nvswitch_spec nvswitch;
	LIST_OF(struct nvlink_group_spec) nvlink;
	LIST_OF(struct pcie_group_spec) pcie_p2p;
	struct captures_spec captures;
	LIST_OF(struct gpu_spec) gpus;
};

/* An item of a VM's `gpus`. */
struct vm_gpu_spec {
	SECTION_HEAD;
	struct text gpu;
	struct text vgpu;
	struct word uvm;
	param_list vgpu_params;
	struct uuid mdev;
	struct address vf;
};

struct disk_spec {
	SECTION_HEAD;
	struct text file, block;
	struct word format, bus;
	struct flag readonly;
};

struct nic_spec {
	SECTION_HEAD;
	struct text bridge, network;
	struct word model;
	struct mac mac;
};

/* A VM, or a VM profile. */
struct vm_spec {
	SECTION_HEAD;
	struct text name;
	struct text host, profile;
	struct uuid uuid;
	struct word guest, firmware;
	struct number vcpus;
	text_list pinning;
	struct number memory;
	struct word hugepages, p2p, p2p_scope;
	struct flag multicast;
	struct number mmio;
	struct flag hide_hypervisor;
	struct text vgpu;
	struct word uvm;
	param_list vgpu_params;
	LIST_OF(struct vm_gpu_spec) gpus;
	LIST_OF(struct disk_spec) disks;
	LIST_OF(struct nic_spec) nics;
	struct word console;
};

/* A document. Its lists hold pointers, because there may be a million VMs. */
struct document_spec {
	SECTION_HEAD;
	struct number version;
	LIST_OF(struct host_spec *) hosts;
	LIST_OF(struct host_spec *) host_profiles;
	LIST_OF(struct vm_spec *) vms;
	LIST_OF(struct vm_spec *) profiles;
};

enum { SPEC_VERSION = 1 };

/* The project file, .gpuplan.yaml, which is not part of a spec. */
struct project_spec {
	SECTION_HEAD;
	param_list rules;
	text_list exclude, targets;
	struct text output, baseline;
};

#endif
