/* The devices. Names, buses and addresses are those that libvirt gives them when it starts the
 * same VM from VM.xml, so that a guest sees no difference. */
#include "backends/qemu_devices.h"
#include "compiler/base/digest.h"

#include <assert.h>
#include <inttypes.h>

#include "backends/vfio.h"

static struct json *device(struct qemu_args *args, const char *driver)
{
	return qemu_object(args, "driver", driver);
}

/* The only place behind a root port. */
static void behind_port(struct json *object, int32_t port)
{
	assert(port >= 0);
	qemu_addf(object, "bus", "pci.%" PRId32, port + 1);
	json_put_text(object, "addr", STR("0x0"));
}

static void add_port(struct qemu_args *args, const struct pci_port *port, uint32_t index)
{
	struct json *object = device(args, port->expander ? "pxb-pcie" : "pcie-root-port");

	if (port->expander) {
		json_put_number(object, "bus_nr", port->bus_nr);
	} else {
		json_put_number(object, "port", (uint64_t)(port->slot << 3 | port->function));
		json_put_number(object, "chassis", index);
	}
	qemu_addf(object, "id", "pci.%" PRIu32, index);
	if (port->expander)
		json_put_number(object, "numa_node", port->cell);
	if (port->bus)
		qemu_addf(object, "bus", "pci.%" PRIu32, port->bus);
	else
		json_put_text(object, "bus", STR("pcie.0"));
	qemu_add_true(object, "multifunction", port->multifunction);
	if (port->function)
		qemu_addf(object, "addr", "0x%x.0x%x", port->slot, port->function);
	else
		qemu_addf(object, "addr", "0x%x", port->slot);
	qemu_json(args, "-device", object);
}

static void add_controllers(struct qemu_args *args, const struct vm *vm,
			    const struct vm_devices *devices)
{
	struct json *object;

	for (uint32_t i = 0; i < devices->n_ports; i++)
		add_port(args, &devices->ports[i], i + 1);
	if (vm->console == CONSOLE_VNC) {
		object = device(args, "qemu-xhci");
		json_put_text(object, "id", STR("usb"));
		json_put_text(object, "bus", STR("pcie.0"));
		qemu_addf(object, "addr", "0x%x", devices->usb_slot);
		qemu_json(args, "-device", object);
	}
	if (devices->scsi_port >= 0) {
		object = device(args, "virtio-scsi-pci");
		json_put_text(object, "id", STR("scsi0"));
		behind_port(object, devices->scsi_port);
		qemu_json(args, "-device", object);
	}
}

/* The file, and the format on top of it. A file that is only read may be one that cannot be
 * written. */
static void add_image(struct qemu_args *args, const struct vm_disk *disk, uint32_t i)
{
	struct json *object = device(args, disk->is_block ? "host_device" : "file");

	json_put_text(object, "filename", disk->path);
	qemu_addf(object, "node-name", "disk%" PRIu32 "-file", i);
	qemu_add_true(object, "auto-read-only", disk->readonly);
	json_put_text(object, "discard", STR("unmap"));
	qemu_json(args, "-blockdev", object);

	object = device(args, disk->format == FORMAT_QCOW2 ? "qcow2" : "raw");
	qemu_addf(object, "node-name", "disk%" PRIu32, i);
	qemu_add_true(object, "read-only", disk->readonly);
	qemu_addf(object, "file", "disk%" PRIu32 "-file", i);
	qemu_json(args, "-blockdev", object);
}

static struct json *disk_device(struct qemu_args *args, const struct vm_disk *disk, uint32_t i)
{
	struct json *object = NULL;

	switch (disk->bus) {
	case BUS_VIRTIO:
		object = device(args, "virtio-blk-pci");
		behind_port(object, disk->port);
		break;
	case BUS_SCSI:
		object = device(args, "scsi-hd");
		json_put_text(object, "bus", STR("scsi0.0"));
		json_put_number(object, "channel", 0);
		json_put_number(object, "scsi-id", 0);
		json_put_number(object, "lun", disk->unit);
		qemu_addf(object, "device_id", "drive-scsi0-0-0-%" PRIu32, disk->unit);
		break;
	case BUS_SATA:
		object = device(args, "ide-hd");
		qemu_addf(object, "bus", "ide.%" PRIu32, disk->unit);
		break;
	}
	qemu_addf(object, "drive", "disk%" PRIu32, i);
	return object;
}

static void add_disk(struct qemu_args *args, const struct vm_disk *disk, uint32_t i)
{
	static const char *const ids[] = {
		[BUS_VIRTIO] = "virtio-disk",
		[BUS_SCSI] = "scsi0-0-0-",
		[BUS_SATA] = "sata0-0-",
	};
	struct json *object = disk_device(args, disk, i);

	qemu_addf(object, "id", "%s%" PRIu32, ids[disk->bus], disk->unit);
	if (i == 0)
		json_put_number(object, "bootindex", 1);
	add_image(args, disk, i);
	qemu_json(args, "-device", object);
}

static void add_nic(struct qemu_args *args, const struct vm_nic *nic, uint32_t i)
{
	static const char *const drivers[] = {
		[NIC_VIRTIO] = "virtio-net-pci",
		[NIC_E1000E] = "e1000e",
		[NIC_VMXNET3] = "vmxnet3",
	};
	struct json *object = qemu_object(args, "type", "bridge");
	char mac[18];

	qemu_addf(object, "id", "hostnet%" PRIu32, i);
	json_put_text(object, "br", nic->source);
	qemu_json(args, "-netdev", object);

	mac_format(nic->mac, mac);
	object = device(args, drivers[nic->model]);
	qemu_addf(object, "netdev", "hostnet%" PRIu32, i);
	qemu_addf(object, "id", "net%" PRIu32, i);
	json_put_text(object, "mac", str_of(mac));
	behind_port(object, nic->port);
	qemu_json(args, "-device", object);
}

static void add_serial_console(struct qemu_args *args)
{
	struct json *object = device(args, "isa-serial");

	qemu_arg(args, "-chardev", "stdio,id=charserial0,mux=on,signal=off");
	qemu_arg(args, "-mon", "chardev=charserial0,mode=readline");
	json_put_text(object, "chardev", STR("charserial0"));
	json_put_text(object, "id", STR("serial0"));
	json_put_number(object, "index", 0);
	qemu_json(args, "-device", object);
}

static void add_vnc_console(struct qemu_args *args, const struct vm_devices *devices)
{
	struct json *object = device(args, "usb-tablet");

	json_put_text(object, "id", STR("input0"));
	json_put_text(object, "bus", STR("usb.0"));
	json_put_text(object, "port", STR("1"));
	qemu_json(args, "-device", object);

	qemu_arg(args, "-vnc", "127.0.0.1:0,to=99"); /* the first display that is free */
	object = device(args, "VGA");
	json_put_text(object, "id", STR("video0"));
	json_put_number(object, "vgamem_mb", 16);
	json_put_text(object, "bus", STR("pcie.0"));
	qemu_addf(object, "addr", "0x%x", devices->video_slot);
	qemu_json(args, "-device", object);
}

static void add_gpu(struct qemu_args *args, const struct vm_gpu *gpu, int32_t port)
{
	struct json *object = device(args, "vfio-pci");
	char name[37], alias[ALIAS_MAX];
	uint8_t mdev[16];

	if (vm_gpu_is_mdev(gpu)) {
		vm_gpu_mdev(gpu, mdev);
		uuid_format(mdev, name);
	} else {
		pci_format(vm_gpu_address(gpu), name);
	}
	vm_gpu_alias(gpu, alias);
	if (!vm_gpu_is_mdev(gpu) && !vfio_needs_sysfs(gpu))
		json_put_text(object, "host", str_of(name));
	json_put_text(object, "id", str_of(alias));
	if (gpu->iommufd)
		json_put_text(object, "iommufd", STR("iommufd0"));
	if (vm_gpu_is_mdev(gpu)) {
		qemu_addf(object, "sysfsdev", "/sys/bus/mdev/devices/%s", name);
		json_put_text(object, "display", STR("off"));
	} else if (vfio_needs_sysfs(gpu)) {
		qemu_addf(object, "sysfsdev", "/sys/bus/pci/devices/%s", name);
	}
	behind_port(object, port);
	if (gpu->clique)
		json_put_number(object, "x-nv-gpudirect-clique", (uint64_t)gpu->gpu->clique);
	qemu_json(args, "-device", object);
}

static void add_gpus(struct qemu_args *args, const struct vm *vm, const int32_t *ports)
{
	if (vm->iommufd) {
		struct json *object = qemu_object(args, "qom-type", "iommufd");

		json_put_text(object, "id", STR("iommufd0"));
		qemu_json(args, "-object", object);
	}
	for (uint32_t i = 0; i < vm->n_gpus; i++)
		add_gpu(args, &vm->gpus[i], ports[i]);
}

void qemu_devices(struct qemu_args *args, const struct vm *vm, const struct vm_devices *devices)
{
	add_controllers(args, vm, devices);
	for (uint32_t i = 0; i < devices->n_disks; i++)
		add_disk(args, &devices->disks[i], i);
	for (uint32_t i = 0; i < devices->n_nics; i++)
		add_nic(args, &devices->nics[i], i);
	if (vm->console == CONSOLE_SERIAL)
		add_serial_console(args);
	else if (vm->console == CONSOLE_VNC)
		add_vnc_console(args, devices);
	add_gpus(args, vm, devices->gpu_ports);
}
