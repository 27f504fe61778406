/* The plan: what a spec means.
 *
 * The model (schema/model.h) is what the user wrote; the plan is what follows from it, decided
 * once, here and nowhere else: references, boards, NVLink edges, cliques, vGPU frameworks, MMIO
 * windows, guest NUMA nodes, PCI places, UUIDs. Rules judge it and backends print it; both see it
 * const.
 *
 * Every struct keeps its `spec`, so that a rule can point at the user's bytes. Sizes are bytes.
 * Pointers into the plan live as long as its arena. */
#ifndef GPUPLAN_PLAN_H
#define GPUPLAN_PLAN_H

#include "compiler/catalog/catalog.h"
#include "compiler/finding/finding.h"
#include "schema/platform.h"

/* A set of GPUs of one host: bit i is the host's GPU i. */
typedef uint64_t gpu_mask;

static inline gpu_mask gpu_bit(uint32_t i)
{
	return UINT64_C(1) << i;
}

/* What a GPU's share of the MMIO window was taken from. */
enum share_source {
	SHARE_UNKNOWN, /* nothing is known: 0 */
	SHARE_GUESS,   /* twice the next power of two above the framebuffer */
	SHARE_BAR1,    /* twice BAR1 */
	SHARE_TABLE,   /* NVIDIA's MMIO table */
};

struct host;
struct vm;
struct capture; /* compiler/capture/capture.h */

struct gpu {
	const struct gpu_spec *spec;
	const struct host *host;
	const struct board *board; /* NULL: the catalog lacks it, or the key was wrong */
	bool board_wrong;	   /* the latter, which has been reported */
	uint16_t pci_device;	   /* 0x20b2, of NVIDIA; 0: not known */
	uint8_t index;		   /* its bit in gpu_mask, and its position in the spec */
	int32_t clique;		   /* its id, -1: in none */
	int32_t node;		   /* NUMA node, -1: not said */
	uint64_t bar1;		   /* 0: not known */
	uint64_t mmio_share;
	enum share_source share_source;
	enum framework framework; /* of vGPUs on it; 0: the platform has no VFIO */
};

struct clique {
	uint64_t id; /* as the user wrote it, even if out of range */
	gpu_mask members;
	const struct pcie_group_spec *group; /* NULL: from `pcie_p2p: all` or a capture */
	struct span at;			     /* of the group, or of the key that gave it */
};

/* GPUs that Fabric Manager joins, by their SXM module ids. */
struct fabric_partition {
	uint32_t modules; /* bit m: module m, 1 to MAX_MODULE */
	int32_t id;	  /* Fabric Manager's; -1: the spec lists the modules without an id */
};

struct host {
	const struct host_spec *spec;
	const struct host_spec *profile; /* NULL: none */
	const struct platform *platform;
	/* `hypervisor`, `gpus` or its profile is wrong or missing: nothing about its VMs can be
	 * judged. */
	bool unusable;
	/* GPUs are reached through iommufd: the host asks for it, and its libvirt, as far as known,
	 * can. */
	bool iommufd;
	bool libvirt_stateless; /* its libvirt knows <loader stateless> */
	struct gpu *gpus;
	uint32_t n_gpus;
	/* Its captures; NULL: none, or not to be trusted. */
	const struct capture *topo, *p2p_read, *p2p_write;
	uint8_t *smi; /* each GPU's index in them */
	/* Direct NVLink neighbours of each GPU; NULL: the host does not say. */
	gpu_mask *nvlink;
	struct span nvlink_at; /* the key that says so */
	/* Whether PCIe P2P is proven for a pair: the same clique. false: the host does not say. */
	bool pcie_p2p_known;
	struct span pcie_p2p_at; /* the key that says so */
	struct clique *cliques;	 /* in the order of the spec, or of their GPUs */
	uint32_t n_cliques;
	bool nvswitch; /* it has `nvswitch`, or more HGX GPUs than a board without switches */
	/* Its fabric is divided (nvswitch.mode shared or vgpu); into these, as far as it says. */
	bool fabric_divided;
	struct fabric_partition *partitions;
	uint32_t n_partitions;
	/* Guests must see its cliques: a VM has `p2p: pcie`, or another program assigns its GPUs.
	 */
	bool cliques_wanted;
	const struct vm **vms; /* in the order of the spec */
	uint32_t n_vms;
};

/* What an artifact says of unified memory. */
enum uvm_setting { UVM_UNSET, UVM_OFF, UVM_ON };

/* One of a VM's GPUs: a whole one, or a vGPU on one. */
struct vm_gpu {
	const struct vm_gpu_spec *spec;
	const struct vm *vm;
	const struct gpu *gpu;	      /* NULL: no such GPU (rule gpu-unknown) */
	const struct vgpu_type *type; /* NULL: whole, or not in the catalog */
	struct text vgpu;	      /* the type as written, of the item or the VM */
	param_list params;	      /* of the item or the VM, by name; without enable_uvm */
	struct word uvm;	      /* as written, of the item or the VM; absent: `default` */
	enum uvm_setting uvm_setting; /* what artifacts say */
	struct pci_address vf;	      /* its virtual function */
	uint32_t ordinal;	      /* of the VM's vGPUs on that GPU, from 0 */
	bool is_vgpu;		      /* not the same as not whole: rules/p2p.h, is_whole */
	bool has_vf;	 /* vfio: false where there are too few; mdev: where the spec lists none */
	bool clique;	 /* the clique of `gpu` is shown to the guest */
	bool iommufd;	 /* QEMU opens it through iommufd, not a legacy VFIO container */
	bool takes_mmio; /* its GPU's share counts in the VM's window */
};

/* Two or more GPUs of a VM: all that need P2P with each other (p2p_scope: vm), or those connected
 * by NVLink or clique (p2p_scope: group). */
struct p2p_group {
	const struct vm_gpu **members;
	uint32_t n;
	/* The type of the device group that places the members; NULL if the platform has none. */
	const struct vgpu_type *device_group;
};

/* The 64-bit MMIO window. */
struct mmio {
	uint64_t sum;	    /* of the shares that count */
	uint64_t largest;   /* of these shares */
	uint64_t needed;    /* sum; with expanders sum + largest, as a power of two */
	uint64_t automatic; /* what `auto` writes: a power of two, 0 without GPUs */
	uint64_t window;    /* what artifacts say: automatic, or the user's */
	/* The size that the firmware is told: OVMF needs one, SeaBIOS uses the hole of the PCI
	 * root; 0: none. */
	uint64_t told;
	bool expanders; /* one pcie-expander-bus per guest node */
};

/* A guest NUMA node, for one host node of the VM's GPUs. */
struct cell {
	uint32_t host_node;
	uint32_t first_vcpu, n_vcpus; /* may be 0 */
	uint64_t memory;
	struct str cpus; /* the host node's cpulist, empty: not said */
};

/* A controller that takes one index of the guest's PCI tree, counted from 1 without a gap:
 * vm_devices.ports[i] is bus pci.(i+1). */
struct pci_port {
	bool expander; /* pxb-pcie; else a pcie-root-port */
	uint32_t bus;  /* the parent bus: 0 for the root, else an index */
	uint8_t slot, function;
	bool multifunction;
	uint8_t bus_nr; /* an expander's */
	uint32_t cell;	/* an expander's guest node */
};

struct vm_disk {
	const struct disk_spec *spec;
	struct str path;
	bool is_block, readonly;
	enum disk_format format;
	enum disk_bus bus;
	uint32_t unit;	/* on its bus, from 0: vda, sda, … (scsi and sata share the sdX names) */
	char target[8]; /* vda */
	int32_t port;	/* virtio: index into vm_devices.ports; else -1 */
};

struct vm_nic {
	const struct nic_spec *spec;
	struct str source; /* bridge or network */
	bool is_network;
	enum nic_model model;
	uint8_t mac[6];
	int32_t port;
};

/* What is on a guest's PCI tree, and where. */
struct vm_devices {
	struct pci_port *ports;
	uint32_t n_ports;
	bool ports_without_io; /* no I/O space is kept free behind root ports */
	int32_t scsi_port;     /* of the virtio-scsi controller; -1: none */
	struct vm_disk *disks;
	uint32_t n_disks;
	struct vm_nic *nics;
	uint32_t n_nics;
	int32_t *gpu_ports; /* of each of the VM's GPUs */
	/* With console: vnc, the slots of the root bus that have the display and the USB
	 * controller. */
	uint8_t video_slot, usb_slot;
};

/* A Hyper-V enlightenment that KVM offers. QEMU calls it hv-NAME. */
struct enlightenment {
	const char *name;
	uint32_t retries; /* its value; 0: a plain flag */
	/* libvirt's name for it as a clock timer; NULL: libvirt has it as a feature, by its own
	 * name. */
	const char *timer;
};

struct vm {
	const struct vm_spec *spec;
	const struct vm_spec *profile; /* NULL: none */
	const struct host *host;       /* NULL: no such host, which has been reported */
	/* A value that these checks depend on is wrong, and has been reported. */
	bool skip_p2p, skip_mmio;
	enum guest guest;
	enum firmware firmware;
	enum hugepages hugepages;
	enum p2p p2p;
	enum p2p_scope scope;
	enum console console;
	uint32_t vcpus;	 /* 0: absent or wrong, which has been reported */
	uint64_t memory; /* likewise */
	bool multicast, hide_hypervisor;
	struct vm_gpu *gpus; /* in the order of the spec */
	uint32_t n_gpus;
	uint32_t n_vgpus; /* how many of them are vGPUs */
	bool iommufd;	  /* at least one is opened through iommufd */
	struct p2p_group *groups;
	uint32_t n_groups;
	/* On a divided fabric: what Fabric Manager must activate before the VM starts. */
	const struct fabric_partition **partitions;
	uint32_t n_partitions;
	struct mmio mmio;

	/* From here on, only where the platform lets us choose the guest's layout. */
	uint32_t sockets, cores; /* of the guest's CPU topology */
	struct cell *cells;	 /* none, or two or more */
	uint32_t n_cells;
	bool pinned;
	const struct enlightenment *hyperv; /* ends with one without a name; NULL: none */
	bool local_time;		    /* its hardware clock shows local time, not UTC */
	struct str nodeset; /* host nodes that the memory is bound to; empty: none */
};

struct plan {
	struct arena *arena;
	struct sources *sources;
	struct catalog *catalog;
	const struct figures *figures; /* the catalog's */
	struct host *hosts;	       /* in the order of their names */
	uint32_t n_hosts;
	struct vm *vms; /* in the order of their names */
	uint32_t n_vms;
	uint32_t n_files;   /* that were read as specs */
	uint32_t n_skipped; /* that the walk found and are not ours */
	/* A part of the spec could not be read, and may have the names that seem missing. */
	bool incomplete;
	bool hosts_incomplete; /* the same, of hosts */
	bool cut;	       /* a file has more mistakes than are reported; one finding says so */
};

/* NULL if there is none. */
const struct host *plan_host(const struct plan *plan, struct str name);
const struct vm *plan_vm(const struct plan *plan, struct str name);
const struct gpu *host_gpu(const struct host *host, struct str id);

/* The existing name nearest to a wrong one; empty if none is close. */
struct str plan_nearest_host(const struct plan *plan, struct str wrong);
struct str plan_nearest_vm(const struct plan *plan, struct str wrong);
struct str host_nearest_gpu(const struct host *host, struct str wrong);

/* The two GPUs are joined by NVLink directly. false where the host does not say. */
bool nvlink_direct(const struct gpu *a, const struct gpu *b);
bool clique_has(const struct clique *clique, const struct gpu *gpu);
/* PCIe P2P between the two GPUs of a host is proven: a clique has both, or they are the same. */
bool pcie_p2p_proven(const struct gpu *a, const struct gpu *b);

/* The vGPU type of an item of a VM's `gpus`, as written in the item or the VM; nowhere where the
 * GPU is passed through whole. */
struct text vgpu_of_item(const struct vm_spec *vm, const struct vm_gpu_spec *item);

/* The user's UUID, or one derived from the names. Computed on demand, because only artifacts show
 * it. */
void vm_uuid(const struct vm *vm, uint8_t out[16]);
/* True for a mediated device, which has a UUID; false for a PCI device. */
bool vm_gpu_is_mdev(const struct vm_gpu *gpu);
/* The PCI device on the host: the GPU, or the virtual function that its vGPU is on. */
struct pci_address vm_gpu_address(const struct vm_gpu *gpu);
/* Of the mediated device of a vGPU. */
void vm_gpu_mdev(const struct vm_gpu *gpu, uint8_t out[16]);
/* Of the VM's card `i`. */
void vm_nic_mac(const struct vm *vm, uint32_t i, uint8_t out[6]);
/* The name of a vGPU's type as its platform looks it up: the driver's or vCenter's. Empty: the
 * catalog lacks the type, and the user did not write its prefix (vgpu-type-unknown). */
struct str vm_gpu_type_name(struct arena *arena, const struct vm_gpu *gpu);
/* `ua-gpu-g0`: libvirt's alias of the GPU, and QEMU's id. */
enum { ALIAS_MAX = 96 };
void vm_gpu_alias(const struct vm_gpu *gpu, char out[ALIAS_MAX]);

/* The devices of a VM whose layout is ours; like the above for artifacts alone. */
void vm_devices(struct arena *arena, const struct vm *vm, struct vm_devices *out);

/* Of the huge pages that its memory is made of; 0: of no huge ones. */
uint64_t vm_huge_page(const struct vm *vm);
/* Where vCPU `i` runs, as a cpulist; empty: anywhere. */
struct str vm_pin(const struct vm *vm, uint32_t i);

/* True if the value comes from the VM's profile. */
static inline bool from_profile(const struct vm *vm, struct span at)
{
	return span_given(at) && !span_within(at, vm->spec->at);
}

/* "2 x 256 GiB for a100-sxm4-80gb + 1 x 128 GiB for a40 = 640 GiB": how the sum is made up. */
struct str mmio_sum_text(struct arena *arena, const struct vm *vm);
uint64_t next_power_of_two(uint64_t n);

#endif
