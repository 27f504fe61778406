/* libvirt: VM.xml, a whole domain that defines and boots. */
#include <inttypes.h>

#include "backends/backend.h"
#include "backends/firmware.h"
#include "backends/libvirt_devices.h"
#include "backends/vfio.h"
#include "compiler/base/digest.h"

static bool write_domain(const struct subject *of, struct buffer *out, struct str *error);
static bool write_devices(const struct subject *of, struct buffer *out, struct str *error);

static const struct artifact artifacts[] = {
	{OF_VM, .path = "HOST/VM.xml", .write = write_domain},
	{OF_VM, .variant = "devices", .write = write_devices},
	{0},
};

const struct backend backend_libvirt = {
	.target = "libvirt",
	.doc = "a libvirt domain for each VM on kvm: HOST/VM.xml",
	.artifacts = artifacts,
};

static const char qemu_namespace[] = "http://libvirt.org/schemas/domain/qemu/1.0";

static bool has_override(const struct vm_gpu *gpu)
{
	return gpu->clique || vfio_needs_sysfs(gpu);
}

static bool needs_qemu_namespace(const struct vm *vm, const struct vm_devices *devices)
{
	for (uint32_t i = 0; i < vm->n_gpus; i++)
		if (has_override(&vm->gpus[i]))
			return true;
	return vm->mmio.told || (devices && devices->ports_without_io);
}

static void open_domain(struct xml *xml, const struct vm *vm, const struct vm_devices *devices)
{
	xml_open(xml, "domain", "type", "kvm", NULL);
	if (needs_qemu_namespace(vm, devices))
		xml_attr(xml, "xmlns:qemu", str_of(qemu_namespace));
}

static void number_element(struct xml *xml, const char *name, const char *attribute,
			   const char *value, uint64_t number)
{
	xml_open(xml, name, attribute, value, NULL);
	xml_textf(xml, "%" PRIu64, number);
	xml_close(xml);
}

static void text_element(struct xml *xml, const char *name, struct str text)
{
	xml_open(xml, name, NULL);
	xml_text(xml, text);
	xml_close(xml);
}

static void identity(struct xml *xml, const struct vm *vm)
{
	uint8_t bytes[16];
	char uuid[37];

	vm_uuid(vm, bytes);
	uuid_format(bytes, uuid);
	text_element(xml, "name", vm->spec->name.s);
	text_element(xml, "uuid", str_of(uuid));
}

static void memory_backing(struct xml *xml, const struct vm *vm)
{
	uint64_t page = vm_huge_page(vm);

	if (!page)
		return;
	xml_open(xml, "memoryBacking", NULL);
	xml_open(xml, "hugepages", NULL);
	xml_open(xml, "page", NULL);
	xml_attrf(xml, "size", "%" PRIu64, page / KIB);
	xml_attr(xml, "unit", STR("KiB"));
	xml_close(xml);
	xml_close(xml);
	xml_close(xml);
}

static void pinning(struct xml *xml, const struct vm *vm)
{
	if (!vm->pinned)
		return;
	xml_open(xml, "cputune", NULL);
	for (uint32_t i = 0; i < vm->vcpus; i++) {
		xml_open(xml, "vcpupin", NULL);
		xml_attrf(xml, "vcpu", "%" PRIu32, i);
		xml_attr(xml, "cpuset", vm_pin(vm, i));
		xml_close(xml);
	}
	xml_close(xml);
}

static void host_nodes(struct xml *xml, const struct vm *vm)
{
	if (!vm->nodeset.n)
		return;
	xml_open(xml, "numatune", NULL);
	xml_open(xml, "memory", "mode", "strict", NULL);
	xml_attr(xml, "nodeset", vm->nodeset);
	xml_close(xml);
	for (uint32_t i = 0; i < vm->n_cells; i++) {
		xml_open(xml, "memnode", NULL);
		xml_attrf(xml, "cellid", "%" PRIu32, i);
		xml_attr(xml, "mode", STR("strict"));
		xml_attrf(xml, "nodeset", "%" PRIu32, vm->cells[i].host_node);
		xml_close(xml);
	}
	xml_close(xml);
}

static void iommufd(struct xml *xml, const struct vm *vm)
{
	if (vm->iommufd)
		xml_leaf(xml, "iommufd", "enabled", "yes", NULL);
}

static void boot(struct xml *xml, const struct vm *vm)
{
	bool efi = vm->firmware == FIRMWARE_EFI;

	xml_open(xml, "os", NULL);
	if (efi)
		xml_attr(xml, "firmware", STR("efi"));
	xml_open(xml, "type", "arch", "x86_64", "machine", "q35", NULL);
	xml_text(xml, STR("hvm"));
	xml_close(xml);
	if (efi) {
		/* Drivers of the guest need no signature. */
		xml_open(xml, "firmware", NULL);
		xml_leaf(xml, "feature", "enabled", "no", "name", "enrolled-keys", NULL);
		xml_leaf(xml, "feature", "enabled", "no", "name", "secure-boot", NULL);
		xml_close(xml);
		/* Else libvirt 12.8 picks an image that forgets the boot entries. */
		if (vm->host->libvirt_stateless)
			xml_leaf(xml, "loader", "stateless", "no", NULL);
	}
	xml_leaf(xml, "boot", "dev", "hd", NULL);
	xml_close(xml);
}

static void hyperv(struct xml *xml, const struct vm *vm)
{
	if (!vm->hyperv)
		return;
	xml_open(xml, "hyperv", "mode", "custom", NULL);
	for (const struct enlightenment *e = vm->hyperv; e->name; e++) {
		if (e->timer)
			continue;
		xml_open(xml, e->name, "state", "on", NULL);
		if (e->retries)
			xml_attrf(xml, "retries", "%" PRIu32, e->retries);
		xml_close(xml);
	}
	xml_close(xml);
}

static void features(struct xml *xml, const struct vm *vm)
{
	xml_open(xml, "features", NULL);
	xml_leaf(xml, "acpi", NULL);
	xml_leaf(xml, "apic", NULL);
	hyperv(xml, vm);
	if (vm->hide_hypervisor) {
		xml_open(xml, "kvm", NULL);
		xml_leaf(xml, "hidden", "state", "on", NULL);
		xml_close(xml);
	}
	xml_close(xml);
}

static void cells(struct xml *xml, const struct vm *vm)
{
	if (!vm->n_cells)
		return;
	xml_open(xml, "numa", NULL);
	for (uint32_t i = 0; i < vm->n_cells; i++) {
		const struct cell *cell = &vm->cells[i];
		uint32_t last = cell->first_vcpu + cell->n_vcpus - 1;

		xml_open(xml, "cell", NULL);
		xml_attrf(xml, "id", "%" PRIu32, i);
		if (cell->n_vcpus == 1)
			xml_attrf(xml, "cpus", "%" PRIu32, last);
		else if (cell->n_vcpus)
			xml_attrf(xml, "cpus", "%" PRIu32 "-%" PRIu32, cell->first_vcpu, last);
		xml_attrf(xml, "memory", "%" PRIu64, cell->memory / KIB);
		xml_attr(xml, "unit", STR("KiB"));
		xml_close(xml);
	}
	xml_close(xml);
}

/* The guest must see the host's physical address bits: the 40 of QEMU's default end below the
 * windows of large GPUs. */
static void cpu(struct xml *xml, const struct vm *vm, bool whole)
{
	xml_open(xml, "cpu", "mode", "host-passthrough", "check", "none", NULL);
	if (whole) {
		xml_open(xml, "topology", NULL);
		xml_attrf(xml, "sockets", "%" PRIu32, vm->sockets);
		xml_attr(xml, "dies", STR("1"));
		xml_attrf(xml, "cores", "%" PRIu32, vm->cores);
		xml_attr(xml, "threads", STR("1"));
		xml_close(xml);
	}
	xml_leaf(xml, "maxphysaddr", "mode", "passthrough", NULL);
	if (whole)
		cells(xml, vm);
	xml_close(xml);
}

static void timers(struct xml *xml, const struct vm *vm)
{
	xml_open(xml, "clock", "offset", vm->local_time ? "localtime" : "utc", NULL);
	xml_leaf(xml, "timer", "name", "rtc", "tickpolicy", "catchup", NULL);
	xml_leaf(xml, "timer", "name", "pit", "tickpolicy", "delay", NULL);
	xml_leaf(xml, "timer", "name", "hpet", "present", "no", NULL);
	for (const struct enlightenment *e = vm->hyperv; e && e->name; e++)
		if (e->timer)
			xml_leaf(xml, "timer", "name", e->timer, "present", "yes", NULL);
	xml_close(xml);
}

static void lifecycle(struct xml *xml)
{
	text_element(xml, "on_poweroff", STR("destroy"));
	text_element(xml, "on_reboot", STR("restart"));
	text_element(xml, "on_crash", STR("destroy"));
}

static void override(struct xml *xml, const struct vm_gpu *gpu)
{
	char alias[ALIAS_MAX];

	vm_gpu_alias(gpu, alias);
	xml_open(xml, "qemu:device", "alias", alias, NULL);
	xml_open(xml, "qemu:frontend", NULL);
	if (vfio_needs_sysfs(gpu)) {
		char address[24];

		/* libvirt writes `host` whatever the domain, and QEMU refuses it. */
		pci_format(vm_gpu_address(gpu), address);
		xml_leaf(xml, "qemu:property", "name", "host", "type", "remove", NULL);
		xml_open(xml, "qemu:property", "name", "sysfsdev", "type", "string", NULL);
		xml_attrf(xml, "value", "/sys/bus/pci/devices/%s", address);
		xml_close(xml);
	}
	if (gpu->clique) {
		xml_open(xml, "qemu:property", "name", "x-nv-gpudirect-clique", "type", "unsigned",
			 NULL);
		xml_attrf(xml, "value", "%" PRId32, gpu->gpu->clique);
		xml_close(xml);
	}
	xml_close(xml);
	xml_close(xml);
}

static void command_line(struct xml *xml, const struct vm *vm, bool ports)
{
	if (!vm->mmio.told && !ports)
		return;
	xml_open(xml, "qemu:commandline", NULL);
	if (vm->mmio.told) {
		xml_leaf(xml, "qemu:arg", "value", "-fw_cfg", NULL);
		xml_open(xml, "qemu:arg", NULL);
		xml_attrf(xml, "value", FIRMWARE_WINDOW, vm->mmio.told / MIB);
		xml_close(xml);
	}
	if (ports) {
		xml_leaf(xml, "qemu:arg", "value", "-global", NULL);
		xml_leaf(xml, "qemu:arg", "value", "pcie-root-port.io-reserve=0", NULL);
	}
	xml_close(xml);
}

/* What libvirt has no elements for; `devices` is NULL where the root ports are not ours. */
static void qemu_parts(struct xml *xml, const struct vm *vm, const struct vm_devices *devices)
{
	bool any = false;

	command_line(xml, vm, devices && devices->ports_without_io);
	for (uint32_t i = 0; i < vm->n_gpus; i++) {
		if (!has_override(&vm->gpus[i]))
			continue;
		if (!any)
			xml_open(xml, "qemu:override", NULL);
		any = true;
		override(xml, &vm->gpus[i]);
	}
	if (any)
		xml_close(xml);
}

static bool write_domain(const struct subject *of, struct buffer *out, struct str *error)
{
	struct xml *xml = xml_begin(out);
	const struct vm *vm = of->vm;
	struct vm_devices devices;

	vm_devices(out->arena, vm, &devices);
	open_domain(xml, vm, &devices);
	identity(xml, vm);
	number_element(xml, "memory", "unit", "KiB", vm->memory / KIB);
	memory_backing(xml, vm);
	number_element(xml, "vcpu", "placement", "static", vm->vcpus);
	pinning(xml, vm);
	host_nodes(xml, vm);
	iommufd(xml, vm);
	boot(xml, vm);
	features(xml, vm);
	cpu(xml, vm, true);
	timers(xml, vm);
	lifecycle(xml);
	libvirt_devices(xml, vm, &devices);
	qemu_parts(xml, vm, &devices);
	xml_close(xml);
	return xml_end(xml, error);
}

/* For a domain that somebody else writes: what its GPUs need, in the shape and order of a domain,
 * so that each element goes where it stands here. Without addresses in the guest, as the ports of
 * that domain are not ours, and so without expanders; without what is not the GPUs' (name, memory,
 * disks). The CPU's address bits are here: without them the window does not fit. */
static bool write_devices(const struct subject *of, struct buffer *out, struct str *error)
{
	struct xml *xml = xml_begin(out);
	const struct vm *vm = of->vm;

	open_domain(xml, vm, NULL);
	iommufd(xml, vm);
	if (vm->hide_hypervisor) {
		xml_open(xml, "features", NULL);
		xml_open(xml, "kvm", NULL);
		xml_leaf(xml, "hidden", "state", "on", NULL);
		xml_close(xml);
		xml_close(xml);
	}
	if (vm->mmio.window)
		cpu(xml, vm, false);
	xml_open(xml, "devices", NULL);
	if (vm->mmio.window)
		libvirt_pcie_root(xml, vm);
	for (uint32_t i = 0; i < vm->n_gpus; i++)
		libvirt_hostdev(xml, &vm->gpus[i], NULL);
	xml_close(xml);
	qemu_parts(xml, vm, NULL);
	xml_close(xml);
	return xml_end(xml, error);
}
