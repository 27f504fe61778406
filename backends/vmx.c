/* vmx: the entries to merge into the configuration of a VM on vSphere.
 *
 * The lines of pciPassthruN as ESXi writes them itself; the order is fixed, and every key comes
 * once. There is no `.class` or `.subDeviceId`: ESXi fills them in from the device. */
#include <ctype.h>
#include <stdlib.h>

#include "backends/backend.h"
#include "compiler/base/digest.h"

static bool write_entries(const struct subject *of, struct buffer *out, struct str *error);

static const struct artifact artifacts[] = {
	{OF_VM, .path = "HOST/VM.vmx", .write = write_entries},
	{0},
};

const struct backend backend_vmx = {
	.target = "vmx",
	.doc = "entries to merge into a vSphere VM's .vmx",
	.artifacts = artifacts,
};

static void write_device_groups(const struct vm *vm, struct buffer *out);
static bool write_vgpu(const struct vm_gpu *vgpu, uint32_t n, struct buffer *out,
		       struct str *error);
static void write_whole_gpu(const struct vm_gpu *gpu, uint32_t n, struct buffer *out);
static void write_machine(const struct vm *vm, struct buffer *out);

static bool write_entries(const struct subject *of, struct buffer *out, struct str *error)
{
	const struct vm *vm = of->vm;

	write_device_groups(vm, out);
	for (uint32_t n = 0; n < vm->n_gpus; n++) {
		if (!vm->gpus[n].is_vgpu)
			write_whole_gpu(&vm->gpus[n], n, out);
		else if (!write_vgpu(&vm->gpus[n], n, out, error))
			return false;
	}
	write_machine(vm, out);
	return true;
}

/* The text inside the quotes (and of comments): what ends a value, starts an escape or a comment,
 * and control characters are `|XX`, as VMware's own writer has it. UTF-8 stays. */
static void add_escaped(struct buffer *out, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c < 0x20 || c == 0x7f || c == '"' || c == '|' || c == '#')
			buffer_printf(out, "|%02X", (unsigned)c);
		else
			buffer_add(out, (struct str){s.p + i, 1});
	}
}

static void entry(struct buffer *out, const char *key, struct str value)
{
	buffer_printf(out, "%s = \"", key);
	add_escaped(out, value);
	buffer_puts(out, "\"\n");
}

static void entry_number(struct buffer *out, const char *key, uint64_t value)
{
	buffer_printf(out, "%s = \"%llu\"\n", key, (unsigned long long)value);
}

/* pciPassthruN.NAME */
static void gpu_entry(struct buffer *out, uint32_t n, const char *name, struct str value)
{
	entry(out, arena_printf(out->arena, "pciPassthru%u.%s", n, name).p, value);
}

static struct str lower_case(struct arena *arena, struct str s)
{
	char *p = (char *)arena_copy(arena, s).p;

	for (size_t i = 0; i < s.n; i++)
		p[i] = p[i] == ' ' ? '_' : (char)tolower((unsigned char)p[i]);
	return (struct str){p, s.n};
}

/* vCenter's name of a vGPU type: grid_a100dx-80c. For types with blanks in their names (RTX Pro
 * 6000 Blackwell DC-4-96C) NOT CONFIRMED: no source shows one; rule vmx-profile-unconfirmed says
 * so to the user. */
static struct str profile_name(struct arena *arena, const struct vgpu_type *type)
{
	return lower_case(arena, arena_printf(arena, "%.*s_%.*s", STR_ARG(type->prefix),
					      STR_ARG(type->name)));
}

/* The same of a type that the catalog lacks (its rule can be switched off, for a type that NVIDIA
 * brings out tomorrow): only the user can know its prefix. Empty: none was written. */
static struct str unknown_profile_name(struct arena *arena, struct str written)
{
	struct str name = lower_case(arena, written);
	bool prefixed = (name.n > 5 && memcmp(name.p, "grid_", 5) == 0) ||
			(name.n > 7 && memcmp(name.p, "nvidia_", 7) == 0);

	return prefixed ? name : (struct str){0};
}

/* All members are vGPUs of one type. */
static const struct vgpu_type *common_type(const struct p2p_group *group)
{
	const struct vgpu_type *type = group->members[0]->type;

	for (uint32_t i = 0; i < group->n; i++) {
		if (!group->members[i]->is_vgpu || group->members[i]->type != type)
			return NULL;
	}
	return type;
}

/* ESXi alone chooses which GPUs back a VM's vGPUs; only a device group makes it choose GPUs that
 * NVLink joins. vCenter offers groups of two, four and eight. */
static void write_device_groups(const struct vm *vm, struct buffer *out)
{
	if (vm->p2p != P2P_NVLINK)
		return;
	for (uint32_t i = 0; i < vm->n_groups; i++) {
		const struct p2p_group *group = &vm->groups[i];
		const struct vgpu_type *type = common_type(group);

		if (!type || (group->n != 2 && group->n != 4 && group->n != 8))
			continue;
		buffer_printf(out, "# vSphere device group with the same placement: Nvidia:%u@",
			      group->n);
		add_escaped(out, profile_name(out->arena, type));
		buffer_puts(out, "%NVLink\n");
	}
}

static void write_plugin_params(const struct vm_gpu *vgpu, uint32_t n, struct buffer *out)
{
	const param_list *params = &vgpu->params;

	if (vgpu->uvm_setting != UVM_UNSET)
		gpu_entry(out, n, "cfg.enable_uvm",
			  vgpu->uvm_setting == UVM_ON ? STR("1") : STR("0"));
	for (uint32_t i = 0; i < params->n; i++) {
		const struct param *param = &params->items[i];

		gpu_entry(out, n, arena_printf(out->arena, "cfg.%.*s", STR_ARG(param->name.s)).p,
			  param->value.s);
	}
}

static bool write_vgpu(const struct vm_gpu *vgpu, uint32_t n, struct buffer *out, struct str *error)
{
	struct str name = vgpu->type ? profile_name(out->arena, vgpu->type)
				     : unknown_profile_name(out->arena, vgpu->vgpu.s);

	if (name.n == 0) {
		*error = arena_printf(
			out->arena,
			"vGPU type '%.*s' is not in the catalog: write it with its prefix, "
			"'NVIDIA %.*s' or 'GRID %.*s'",
			STR_ARG(vgpu->vgpu.s), STR_ARG(vgpu->vgpu.s), STR_ARG(vgpu->vgpu.s));
		return false;
	}
	gpu_entry(out, n, "present", STR("TRUE"));
	gpu_entry(out, n, "virtualDev", STR("vmiop"));
	gpu_entry(out, n, "vgpu", name);
	write_plugin_params(vgpu, n, out);
	return true;
}

/* The PCI device id of a GPU; 0: not known. A board that the catalog lacks was written as its PCI
 * id: `10de:20b2`, or `10de:25b6/14a9`. */
static uint16_t device_id(const struct gpu *gpu)
{
	struct str board = gpu->spec->board.s;
	char digits[5] = "";

	if (gpu->board)
		return gpu->board->pci_device;
	if (board.n < 9 || board.p[4] != ':')
		return 0;
	memcpy(digits, board.p + 5, 4);
	return (uint16_t)strtoul(digits, NULL, 16);
}

static void write_whole_gpu(const struct vm_gpu *gpu, uint32_t n, struct buffer *out)
{
	struct pci_address pci = gpu->gpu->spec->address.pci;
	const struct uuid *system_id = &gpu->gpu->host->spec->system_id;
	uint16_t device = device_id(gpu->gpu);

	gpu_entry(out, n, "present", STR("TRUE"));
	/* All decimal: bus 42 in hexadecimal is 066. ESXi does not find a device named in hex. */
	gpu_entry(out, n, "id",
		  arena_printf(out->arena, "%05u:%03u:%02u.%u", pci.domain, pci.bus, pci.device,
			       pci.function));
	if (device)
		gpu_entry(out, n, "deviceId", arena_printf(out->arena, "0x%04x", device));
	gpu_entry(out, n, "vendorId", STR("0x10de"));
	if (span_given(system_id->at)) {
		char text[37];

		uuid_format(system_id->bytes, text);
		gpu_entry(out, n, "systemId", str_of(text));
	}
}

static void write_machine(const struct vm *vm, struct buffer *out)
{
	bool whole_gpus = vm->n_gpus > vm->n_vgpus;

	if (vm->mmio.window) {
		entry(out, "pciPassthru.use64bitMMIO", STR("TRUE"));
		entry_number(out, "pciPassthru.64bitMMIOSizeGB", vm->mmio.window / GIB);
	}
	entry(out, "firmware", vm->firmware == FIRMWARE_BIOS ? STR("bios") : STR("efi"));
	entry_number(out, "memSize", vm->memory / MIB);
	entry_number(out, "numvcpus", vm->vcpus);
	/* ESXi powers on a VM with a passed-through device or a vGPU only when all of its memory is
	 * reserved, for the device writes there. A VM without GPUs needs none of that, and would
	 * only take memory from its neighbours. */
	if (vm->n_gpus) {
		entry_number(out, "sched.mem.min", vm->memory / MIB);
		entry(out, "sched.mem.pin", STR("TRUE"));
	}
	if (vm->p2p == P2P_PCIE && whole_gpus) {
		entry(out, "pciPassthru.allowP2P", STR("TRUE"));
		entry(out, "pciPassthru.RelaxACSforP2P", STR("TRUE"));
	}
	if (vm->hide_hypervisor)
		entry(out, "hypervisor.cpuid.v0", STR("FALSE"));
}
