/* vmx: the entries to merge into the configuration of a VM on vSphere.
 *
 * The lines of pciPassthruN as ESXi writes them itself; the order is fixed, and every key comes
 * once. There is no `.class` or `.subDeviceId`: ESXi fills them in from the device. */
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
static void write_vgpu(const struct vm_gpu *vgpu, uint32_t n, struct buffer *out);
static void write_whole_gpu(const struct vm_gpu *gpu, uint32_t n, struct buffer *out);
static void write_machine(const struct vm *vm, struct buffer *out);

static bool write_entries(const struct subject *of, struct buffer *out, struct str *error)
{
	const struct vm *vm = of->vm;

	(void)error;
	write_device_groups(vm, out);
	for (uint32_t n = 0; n < vm->n_gpus; n++) {
		if (vm->gpus[n].is_vgpu)
			write_vgpu(&vm->gpus[n], n, out);
		else
			write_whole_gpu(&vm->gpus[n], n, out);
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

/* ESXi alone chooses which GPUs back a VM's vGPUs; only a device group makes it choose GPUs that
 * NVLink joins. */
static void write_device_groups(const struct vm *vm, struct buffer *out)
{
	for (uint32_t i = 0; i < vm->n_groups; i++) {
		const struct p2p_group *group = &vm->groups[i];

		if (!group->device_group)
			continue;
		buffer_printf(out, "# vSphere device group with the same placement: Nvidia:%u@",
			      group->n);
		add_escaped(out, vm_gpu_type_name(out->arena, group->members[0]));
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

static void write_vgpu(const struct vm_gpu *vgpu, uint32_t n, struct buffer *out)
{
	gpu_entry(out, n, "present", STR("TRUE"));
	gpu_entry(out, n, "virtualDev", STR("vmiop"));
	gpu_entry(out, n, "vgpu", vm_gpu_type_name(out->arena, vgpu));
	write_plugin_params(vgpu, n, out);
}

static void write_whole_gpu(const struct vm_gpu *gpu, uint32_t n, struct buffer *out)
{
	struct pci_address pci = gpu->gpu->spec->address.pci;
	const struct uuid *system_id = &gpu->gpu->host->spec->system_id;
	uint16_t device = gpu->gpu->pci_device;

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
