/* vms.NAME and profiles.NAME, and the sections below them. */
#include "schema/keys.h"

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define LENGTH(array) (sizeof(array) / sizeof *(array))

/* gpus */
#define AT(field) offsetof(struct vm_gpu_spec, field)

static const struct key vm_gpu_keys[] = {
	{.name = "gpu", .type = KEY_TEXT, .flags = KEY_REQUIRED, .offset = AT(gpu),
	 .grammar = GRAMMAR_GPU_ID, .doc = "A GPU id of the VM's host."},
	{.name = "vgpu", .type = KEY_TEXT, .offset = AT(vgpu), .grammar = GRAMMAR_VGPU,
	 .doc = "As the VM's `vgpu`, for this GPU."},
	{.name = "uvm", .type = KEY_WORD, .flags = KEY_VGPU, .offset = AT(uvm),
	 .words = WORDS("true", "false", "default"), .doc = "As the VM's `uvm`, for this GPU."},
	{.name = "vgpu_params", .type = KEY_PARAMS, .flags = KEY_VGPU, .offset = AT(vgpu_params),
	 .grammar = GRAMMAR_PARAM, .doc = "As the VM's `vgpu_params`, for this GPU; it replaces them."},
	{.name = "mdev", .type = KEY_UUID, .flags = KEY_VGPU | KEY_KVM, .offset = AT(mdev),
	 .doc = "The UUID of the mediated device. Default: version 5 of `gpuplan/HOST/VM/GPU/K`, K "
		"counting the VM's vGPUs on that GPU from 0."},
	{.name = "vf", .type = KEY_ADDRESS, .flags = KEY_VGPU | KEY_KVM, .offset = AT(vf),
	 .doc = "The virtual function, out of the GPU's `vfs`. Explicit ones are taken before "
		"automatic ones."},
};

const struct section vm_gpu_section = {
	.title = "vms.NAME.gpus[]",
	.what = "an item of 'gpus'",
	.plural = "GPUs",
	.doc = "A GPU id, or a map of these keys; an item's keys win over the VM's.",
	.size = sizeof(struct vm_gpu_spec),
	.keys = vm_gpu_keys,
	.n = LENGTH(vm_gpu_keys),
	.shorthand = "gpu",
};

/* disks */
#undef AT
#define AT(field) offsetof(struct disk_spec, field)

static const struct key disk_keys[] = {
	{.name = "file", .type = KEY_TEXT, .offset = AT(file), .grammar = GRAMMAR_PATH,
	 .doc = "The image file."},
	{.name = "block", .type = KEY_TEXT, .offset = AT(block), .grammar = GRAMMAR_PATH,
	 .doc = "The host's block device."},
	{.name = "format", .type = KEY_WORD, .offset = AT(format), .words = WORDS("qcow2", "raw"),
	 .doc = "The image format; default `qcow2` for a file, `raw` for a block device."},
	{.name = "bus", .type = KEY_WORD, .offset = AT(bus), .words = WORDS("virtio", "scsi", "sata"),
	 .doc = "How the guest sees it; default `virtio`."},
	{.name = "readonly", .type = KEY_FLAG, .offset = AT(readonly),
	 .doc = "The guest cannot write it; default `false`."},
};

static const struct section disk_section = {
	.title = "vms.NAME.disks[]",
	.what = "a disk",
	.plural = "disks",
	.doc = "At most 8 disks on `virtio`, 6 on `sata`, 255 on `scsi`.",
	.size = sizeof(struct disk_spec),
	.keys = disk_keys,
	.n = LENGTH(disk_keys),
	.either = {"file", "block"},
};

/* nics */
#undef AT
#define AT(field) offsetof(struct nic_spec, field)

static const struct key nic_keys[] = {
	{.name = "bridge", .type = KEY_TEXT, .offset = AT(bridge), .grammar = GRAMMAR_INTERFACE,
	 .doc = "The host's bridge."},
	{.name = "network", .type = KEY_TEXT, .offset = AT(network), .grammar = GRAMMAR_INTERFACE,
	 .doc = "A libvirt network; in QEMU's own arguments the bridge of that name."},
	{.name = "model", .type = KEY_WORD, .offset = AT(model),
	 .words = WORDS("virtio", "e1000e", "vmxnet3"), .doc = "The card; default `virtio`."},
	{.name = "mac", .type = KEY_MAC, .offset = AT(mac),
	 .doc = "Default: 52:54:00 and the first three bytes of the version-5 UUID of "
		"`gpuplan/HOST/VM/nic/K`, K counting from 0."},
};

static const struct section nic_section = {
	.title = "vms.NAME.nics[]",
	.what = "a network card",
	.plural = "cards",
	.doc = "At most 8.",
	.size = sizeof(struct nic_spec),
	.keys = nic_keys,
	.n = LENGTH(nic_keys),
	.either = {"bridge", "network"},
};

/* the VM itself */
#undef AT
#define AT(field) offsetof(struct vm_spec, field)

static const struct key vm_keys[] = {
	{.name = "host", .type = KEY_TEXT, .flags = KEY_REQUIRED | KEY_OWN, .offset = AT(host),
	 .grammar = GRAMMAR_NAME, .doc = "The host that it runs on."},
	{.name = "profile", .type = KEY_TEXT, .flags = KEY_OWN, .offset = AT(profile),
	 .grammar = GRAMMAR_NAME,
	 .doc = "A name in `profiles`: its keys count where the VM has none of its own."},
	{.name = "uuid", .type = KEY_UUID, .flags = KEY_OWN | KEY_KVM, .offset = AT(uuid),
	 .doc = "Default: version 5, URL namespace, name `gpuplan/HOST/VM`."},
	{.name = "guest", .type = KEY_WORD, .offset = AT(guest), .words = WORDS("linux", "windows"),
	 .doc = "The guest's system; default `linux`."},
	{.name = "firmware", .type = KEY_WORD, .offset = AT(firmware), .words = WORDS("efi", "bios"),
	 .doc = "The guest's firmware; default `efi`."},
	{.name = "vcpus", .type = KEY_NUMBER, .flags = KEY_REQUIRED, .offset = AT(vcpus), .min = 1,
	 .max = 768, .doc = "Virtual CPUs; at most 255 on kvm."},
	{.name = "pinning", .type = KEY_LIST, .item = KEY_TEXT, .flags = KEY_KVM,
	 .offset = AT(pinning), .words = WORDS("none", "auto"), .grammar = GRAMMAR_CPULIST,
	 .doc = "Where the vCPUs run: `auto` pins to the NUMA nodes of the VM's GPUs; or a list of "
		"cpulists, one a vCPU. Default `none`."},
	{.name = "memory", .type = KEY_SIZE, .flags = KEY_REQUIRED, .offset = AT(memory),
	 .doc = "The VM's memory, in whole MiB; on vSphere a multiple of 4 MiB."},
	{.name = "hugepages", .type = KEY_WORD, .flags = KEY_KVM, .offset = AT(hugepages),
	 .words = WORDS("none", "2MiB", "1GiB"),
	 .doc = "The pages that back the memory; default `none`."},
	{.name = "p2p", .type = KEY_WORD, .offset = AT(p2p), .words = WORDS("none", "nvlink", "pcie"),
	 .doc = "What the guest's GPUs must be able to do with each other; default `none`."},
	{.name = "p2p_scope", .type = KEY_WORD, .offset = AT(p2p_scope), .words = WORDS("vm", "group"),
	 .doc = "`vm`: every GPU with every other. `group`: within its NVLink group or clique, each "
		"GPU having a partner in the VM. Default `vm`."},
	{.name = "multicast", .type = KEY_FLAG, .flags = KEY_VGPU, .offset = AT(multicast),
	 .doc = "NVLink multicast is wanted; default `false`."},
	{.name = "mmio", .type = KEY_SIZE, .offset = AT(mmio), .words = WORDS("auto"),
	 .doc = "The 64-bit MMIO window; `auto` sizes it. On vSphere whole GiB."},
	{.name = "hide_hypervisor", .type = KEY_FLAG, .offset = AT(hide_hypervisor),
	 .doc = "The guest does not see that it is one; default `false`."},
	{.name = "vgpu", .type = KEY_TEXT, .offset = AT(vgpu), .grammar = GRAMMAR_VGPU,
	 .doc = "The vGPU type; absent or `none`: the GPUs are passed through whole."},
	{.name = "uvm", .type = KEY_WORD, .flags = KEY_VGPU, .offset = AT(uvm),
	 .words = WORDS("true", "false", "default"),
	 .doc = "Unified memory in the vGPUs. Default: the driver's (off), written as 0 where A100 "
		"P2P needs it off."},
	{.name = "vgpu_params", .type = KEY_PARAMS, .flags = KEY_VGPU, .offset = AT(vgpu_params),
	 .grammar = GRAMMAR_PARAM,
	 .doc = "Plugin parameters: `frame_rate_limiter`, `disable_vnc`, `enable_debugging`, "
		"`enable_profiling`, …"},
	{.name = "gpus", .type = KEY_LIST, .item = KEY_MAP, .offset = AT(gpus),
	 .section = &vm_gpu_section, .max = MAX_GPUS, .doc = "The VM's GPUs, in the guest's order."},
	{.name = "disks", .type = KEY_LIST, .item = KEY_MAP, .flags = KEY_KVM, .offset = AT(disks),
	 .section = &disk_section, .max = 255, .doc = "The VM's disks; the first one is booted."},
	{.name = "nics", .type = KEY_LIST, .item = KEY_MAP, .flags = KEY_KVM, .offset = AT(nics),
	 .section = &nic_section, .max = 8, .doc = "The VM's network cards."},
	{.name = "console", .type = KEY_WORD, .flags = KEY_KVM, .offset = AT(console),
	 .words = WORDS("serial", "vnc", "none"), .doc = "The VM's console; default `serial`."},
};

const struct section vm_section = {
	.title = "vms.NAME",
	.what = "VM",
	.doc = "A virtual machine. A profile (`profiles.NAME`) takes the same keys but `host`, "
	       "`profile` and `uuid`, and nothing in it is required. A VM's own keys win over its "
	       "profile's; lists and maps replace. `vgpu: none` and `uvm: default` undo a profile.",
	.size = sizeof(struct vm_spec),
	.keys = vm_keys,
	.n = LENGTH(vm_keys),
};
