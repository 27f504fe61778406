/* qemu: VM.qemu-args, everything that VM.xml says, for those who run QEMU themselves. */
#include <inttypes.h>

#include "backends/backend.h"
#include "backends/firmware.h"
#include "backends/qemu_devices.h"
#include "compiler/base/digest.h"

static bool write_lines(const struct subject *of, struct buffer *out, struct str *error);
static bool write_shell(const struct subject *of, struct buffer *out, struct str *error);

static const struct artifact artifacts[] = {
	{OF_VM, .path = "HOST/VM.qemu-args", .write = write_lines},
	{OF_VM, .variant = "shell", .write = write_shell},
	{0},
};

const struct backend backend_qemu = {
	.target = "qemu",
	.doc = "QEMU's arguments, one a line, for each VM on kvm: HOST/VM.qemu-args",
	.artifacts = artifacts,
};

static void add_identity(struct qemu_args *args, const struct vm *vm)
{
	struct str name = qemu_escape(args->arena, vm->spec->name.s);

	qemu_arg(args, "-name", "guest=%.*s,debug-threads=on", STR_ARG(name));
	qemu_flag(args, "-no-user-config");
	qemu_flag(args, "-nodefaults");
	qemu_arg(args, "-display", "none");
}

/* One of the two flash chips: the file, and a raw layer on it. */
static void add_flash(struct qemu_args *args, const char *name, struct str path, bool readonly)
{
	struct json *object = qemu_object(args, "driver", "file");

	json_put_text(object, "filename", path);
	qemu_addf(object, "node-name", "%s-file", name);
	qemu_add_true(object, "read-only", readonly);
	qemu_json(args, "-blockdev", object);

	object = qemu_object(args, "driver", "raw");
	json_put_text(object, "node-name", str_of(name));
	qemu_add_true(object, "read-only", readonly);
	qemu_addf(object, "file", "%s-file", name);
	qemu_json(args, "-blockdev", object);
}

static void add_firmware(struct qemu_args *args, const struct vm *vm)
{
	if (vm->firmware != FIRMWARE_EFI)
		return;
	add_flash(args, "pflash0", STR(FIRMWARE_CODE), true);
	add_flash(args, "pflash1",
		  arena_printf(args->arena, FIRMWARE_VARS, STR_ARG(vm->spec->name.s)), false);
}

static void add_cpu(struct qemu_args *args, const struct vm *vm)
{
	struct buffer cpu;

	buffer_init(&cpu, args->arena);
	buffer_puts(&cpu, "host,host-phys-bits=on");
	for (const struct enlightenment *e = vm->hyperv; e && e->name; e++) {
		if (e->retries)
			buffer_printf(&cpu, ",hv-%s=0x%" PRIx32, e->name, e->retries);
		else
			buffer_printf(&cpu, ",hv-%s=on", e->name);
	}
	if (vm->hide_hypervisor)
		buffer_puts(&cpu, ",kvm=off");
	qemu_arg(args, "-cpu", "%.*s", STR_ARG(buffer_text(&cpu)));
}

static void add_machine(struct qemu_args *args, const struct vm *vm)
{
	qemu_arg(args, "-machine", "q35,accel=kvm,usb=off,dump-guest-core=off,hpet=off%s%s",
		 vm->n_cells ? "" : ",memory-backend=pc.ram",
		 vm->firmware == FIRMWARE_EFI ? ",pflash0=pflash0,pflash1=pflash1" : "");
	add_cpu(args, vm);
	qemu_arg(args, "-smp", "%" PRIu32 ",sockets=%" PRIu32 ",dies=1,cores=%" PRIu32 ",threads=1",
		 vm->vcpus, vm->sockets, vm->cores);
	qemu_arg(args, "-m", "%" PRIu64 "M", vm->memory / MIB);
}

/* Huge pages by memfd: unlike a hugetlbfs it needs no mount. */
static void add_backend(struct qemu_args *args, const struct vm *vm, const char *id, uint64_t size,
			struct str nodeset)
{
	uint64_t huge = vm_huge_page(vm);
	struct json *object = qemu_object(args, "qom-type",
					  huge ? "memory-backend-memfd" : "memory-backend-ram");

	json_put_text(object, "id", str_of(id));
	json_put_number(object, "size", size);
	if (huge) {
		qemu_add_true(object, "hugetlb", true);
		json_put_number(object, "hugetlbsize", huge);
		qemu_add_true(object, "prealloc", true);
	}
	if (nodeset.n) {
		qemu_add_cpulist(object, "host-nodes", nodeset);
		json_put_text(object, "policy", STR("bind"));
	}
	qemu_json(args, "-object", object);
}

static void add_cell(struct qemu_args *args, const struct cell *cell, uint32_t i)
{
	struct str cpus = STR("");
	uint32_t last = cell->first_vcpu + cell->n_vcpus - 1;

	if (cell->n_vcpus == 1)
		cpus = arena_printf(args->arena, ",cpus=%" PRIu32, last);
	else if (cell->n_vcpus)
		cpus = arena_printf(args->arena, ",cpus=%" PRIu32 "-%" PRIu32, cell->first_vcpu,
				    last);
	qemu_arg(args, "-numa", "node,nodeid=%" PRIu32 "%.*s,memdev=ram-node%" PRIu32, i,
		 STR_ARG(cpus), i);
}

static void add_memory(struct qemu_args *args, const struct vm *vm)
{
	if (!vm->n_cells) {
		add_backend(args, vm, "pc.ram", vm->memory, vm->nodeset);
		return;
	}
	for (uint32_t i = 0; i < vm->n_cells; i++) {
		const struct cell *cell = &vm->cells[i];
		struct str id = arena_printf(args->arena, "ram-node%" PRIu32, i);

		add_backend(args, vm, id.p, cell->memory,
			    arena_printf(args->arena, "%" PRIu32, cell->host_node));
	}
	for (uint32_t i = 0; i < vm->n_cells; i++)
		add_cell(args, &vm->cells[i], i);
}

static void add_platform(struct qemu_args *args, const struct vm *vm,
			 const struct vm_devices *devices)
{
	uint8_t bytes[16];
	char uuid[37];

	vm_uuid(vm, bytes);
	uuid_format(bytes, uuid);
	qemu_arg(args, "-uuid", "%s", uuid);
	qemu_arg(args, "-rtc", "base=%s,driftfix=slew", vm->local_time ? "localtime" : "utc");
	qemu_arg(args, "-global", "kvm-pit.lost_tick_policy=delay");
	qemu_arg(args, "-boot", "strict=on");
	if (vm->mmio.window)
		qemu_arg(args, "-global", "q35-pcihost.pci-hole64-size=%" PRIu64 "K",
			 vm->mmio.window / KIB);
	if (devices->ports_without_io)
		qemu_arg(args, "-global", "pcie-root-port.io-reserve=0");
}

/* With the hole of the PCI root, by which QEMU refuses what does not fit: OVMF alone would hang. */
static void add_window(struct qemu_args *args, const struct vm *vm)
{
	if (vm->mmio.told)
		qemu_arg(args, "-fw_cfg", FIRMWARE_WINDOW, vm->mmio.told / MIB);
}

static struct qemu_args arguments(const struct vm *vm, struct arena *arena)
{
	struct qemu_args args = {.arena = arena};
	struct vm_devices devices;

	vm_devices(arena, vm, &devices);
	add_identity(&args, vm);
	add_firmware(&args, vm);
	add_machine(&args, vm);
	add_memory(&args, vm);
	add_platform(&args, vm, &devices);
	qemu_devices(&args, vm, &devices);
	add_window(&args, vm);
	return args;
}

static bool write_lines(const struct subject *of, struct buffer *out, struct str *error)
{
	struct qemu_args args = arguments(of->vm, out->arena);

	return qemu_args_lines(&args, out, error);
}

static bool write_shell(const struct subject *of, struct buffer *out, struct str *error)
{
	struct qemu_args args = arguments(of->vm, out->arena);

	return qemu_args_shell(&args, out, error);
}
