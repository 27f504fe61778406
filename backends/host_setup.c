/* host-setup: a POSIX shell script that makes what a host's VMs need before they start, and their
 * own configuration cannot say: vGPUs with their types and parameters, Fabric Manager partitions;
 * for those who run QEMU themselves, whole GPUs on vfio-pci and the firmware's variables too.
 *
 * The plan stands at the top, a line a thing. What the lines do is the same for every host and
 * lies in host_setup/: of these parts the script gets those that its lines call. */
#include "backends/backend.h"
#include "backends/firmware.h"
#include "backends/shell.h"
#include "compiler/base/digest.h"

static bool has_script(const struct subject *of);
static bool write_script(const struct subject *of, struct buffer *out, struct str *error);

static const struct artifact artifacts[] = {
	{OF_HOST, .path = "HOST/host-setup.sh", .has = has_script, .write = write_script},
	{0},
};

const struct backend backend_host_setup = {
	.target = "host-setup",
	.doc = "a script that makes the vGPUs of a kvm host's VMs: HOST/host-setup.sh",
	.artifacts = artifacts,
	.no_artifact = "none of its VMs has a vGPU or a Fabric Manager partition, and none is "
		       "started by hand (managed_by: qemu)",
	.of_vms = true,
};

/* host_setup/parts.S: texts that end with NUL. */
extern const char host_setup_common[], host_setup_functions[], host_setup_vfio[], host_setup_mdev[],
	host_setup_bound[], host_setup_firmware[], host_setup_fabric[], host_setup_main[];

/* The parts that lines of the plan call. */
struct parts {
	bool vfio, mdev, bound, firmware, fabric;
};

/* Nobody else does this before the VM starts: libvirt binds whole GPUs and copies the firmware's
 * variables by itself. */
static bool needs_script(const struct vm *vm)
{
	bool by_hand = vm->host->platform->by_hand;

	return vm->n_vgpus || vm->n_partitions ||
	       (by_hand && (vm->n_gpus || vm->firmware == FIRMWARE_EFI));
}

static bool has_script(const struct subject *of)
{
	for (uint32_t i = 0; i < of->host->n_vms; i++)
		if (needs_script(of->host->vms[i]))
			return true;
	return false;
}

static void add_word(struct buffer *out, struct str text)
{
	buffer_puts(out, " ");
	shell_quote(out, text);
}

static void add_address(struct buffer *out, struct pci_address pci)
{
	char text[24];

	pci_format(pci, text);
	buffer_printf(out, " %s", text);
}

/* "enable_uvm=1, frame_rate_limiter=0": NVIDIA's user guide separates them by commas, another of
 * its documents by blanks; so by both. */
static struct str parameters(const struct vm_gpu *vgpu, struct arena *arena)
{
	struct buffer text;

	buffer_init(&text, arena);
	if (vgpu->uvm_setting != UVM_UNSET)
		buffer_printf(&text, "enable_uvm=%d", vgpu->uvm_setting == UVM_ON);
	for (uint32_t i = 0; i < vgpu->params.n; i++) {
		const struct param *param = &vgpu->params.items[i];

		buffer_printf(&text, "%s%.*s=%.*s", text.n ? ", " : "", STR_ARG(param->name.s),
			      STR_ARG(param->value.s));
	}
	return buffer_text(&text);
}

/* mdevctl cannot keep a definition of a MIG-backed device. */
static void add_mdev(const struct vm_gpu *vgpu, struct buffer *out)
{
	bool mig = vgpu->type && vgpu->type->kind == VGPU_MIG_BACKED;
	uint8_t bytes[16];
	char uuid[37];

	if (vgpu->has_vf)
		add_address(out, vgpu->vf);
	else
		buffer_puts(out, " any");
	vm_gpu_mdev(vgpu, bytes);
	uuid_format(bytes, uuid);
	buffer_printf(out, " %s %s", uuid, mig ? "transient" : "kept");
}

static void add_vgpu(const struct vm_gpu *vgpu, struct parts *parts, struct buffer *out)
{
	bool mdev = vm_gpu_is_mdev(vgpu);

	*(mdev ? &parts->mdev : &parts->vfio) = true;
	buffer_puts(out, mdev ? "\tmdev_vgpu" : "\tvfio_vgpu");
	add_word(out, vgpu->vm->spec->name.s);
	add_address(out, vgpu->gpu->spec->address.pci);
	if (mdev)
		add_mdev(vgpu, out);
	else
		add_address(out, vgpu->vf);
	add_word(out, vm_gpu_type_name(out->arena, vgpu));
	add_word(out, parameters(vgpu, out->arena));
	buffer_puts(out, "\n");
}

static void add_whole(const struct vm_gpu *gpu, struct parts *parts, struct buffer *out)
{
	parts->bound = true;
	buffer_puts(out, "\twhole_gpu");
	add_word(out, gpu->vm->spec->name.s);
	add_address(out, gpu->gpu->spec->address.pci);
	buffer_puts(out, "\n");
}

static void add_firmware(const struct vm *vm, struct parts *parts, struct buffer *out)
{
	struct str name = vm->spec->name.s;

	parts->firmware = true;
	buffer_puts(out, "\tfirmware_variables");
	add_word(out, name);
	add_word(out, arena_printf(out->arena, FIRMWARE_VARS, STR_ARG(name)));
	add_word(out, STR(FIRMWARE_TEMPLATE));
	buffer_puts(out, "\n");
}

/* After the GPUs: Fabric Manager may look for them. */
static void add_partition(const struct vm *vm, const struct fabric_partition *partition,
			  struct parts *parts, struct buffer *out)
{
	const char *between = " '";

	parts->fabric = true;
	buffer_puts(out, "\tfabric_partition");
	add_word(out, vm->spec->name.s);
	if (partition->id < 0)
		buffer_puts(out, " any");
	else
		buffer_printf(out, " %d", partition->id);
	for (unsigned m = 1; m <= MAX_MODULE; m++)
		if (partition->modules & UINT32_C(1) << m) {
			buffer_printf(out, "%s%u", between, m);
			between = " ";
		}
	buffer_puts(out, "'\n");
}

static void add_vm(const struct vm *vm, struct parts *parts, struct buffer *out)
{
	bool by_hand = vm->host->platform->by_hand;

	for (uint32_t i = 0; i < vm->n_gpus; i++) {
		const struct vm_gpu *gpu = &vm->gpus[i];

		if (gpu->is_vgpu)
			add_vgpu(gpu, parts, out);
		else if (by_hand)
			add_whole(gpu, parts, out);
	}
	if (by_hand && vm->firmware == FIRMWARE_EFI)
		add_firmware(vm, parts, out);
	for (uint32_t i = 0; i < vm->n_partitions; i++)
		add_partition(vm, vm->partitions[i], parts, out);
}

static void add_head(const struct host *host, struct buffer *out)
{
	struct str name = host->spec->name.s;

	buffer_printf(
		out,
		"#!/bin/sh\n"
		"# What the VMs of host %.*s need before they start.\n"
		"# Written by gpuplan: change the spec and compile it again.\n"
		"#\n"
		"#     sh host-setup.sh --dry-run    # print the commands, change nothing\n"
		"#     sh host-setup.sh              # run them; again and again does no harm\n"
		"#     sh host-setup.sh --help\n\n",
		STR_ARG(name));
	buffer_puts(out, "host=");
	shell_quote(out, name);
	buffer_puts(out, "\nvms='");
	for (uint32_t i = 0; i < host->n_vms; i++)
		buffer_printf(out, "%s%.*s", i ? " " : "", STR_ARG(host->vms[i]->spec->name.s));
	buffer_puts(out, "'\n\nplan()\n{\n");
}

static void add_part(struct buffer *out, bool wanted, const char *part)
{
	if (wanted)
		buffer_printf(out, "\n%s", part);
}

static bool write_script(const struct subject *of, struct buffer *out, struct str *error)
{
	const struct host *host = of->host;
	struct parts parts = {0};

	(void)error;
	add_head(host, out);
	for (uint32_t i = 0; i < host->n_vms; i++)
		add_vm(host->vms[i], &parts, out);
	buffer_puts(out, "}\n");
	add_part(out, true, host_setup_common);
	add_part(out, parts.vfio || parts.mdev, host_setup_functions);
	add_part(out, parts.vfio, host_setup_vfio);
	add_part(out, parts.mdev, host_setup_mdev);
	add_part(out, parts.bound, host_setup_bound);
	add_part(out, parts.firmware, host_setup_firmware);
	add_part(out, parts.fabric, host_setup_fabric);
	add_part(out, true, host_setup_main);
	return true;
}
