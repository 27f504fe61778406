/* `<devices>`: everything that has a place in the guest's PCI tree, and that place. */
#include "backends/libvirt_devices.h"
#include "compiler/base/digest.h"

#include <assert.h>
#include <inttypes.h>

static void pci_place(struct xml *xml, uint32_t bus, uint32_t slot, uint32_t function,
		      bool multifunction)
{
	xml_open(xml, "address", "type", "pci", "domain", "0x0000", NULL);
	xml_attrf(xml, "bus", "0x%02" PRIx32, bus);
	xml_attrf(xml, "slot", "0x%02" PRIx32, slot);
	xml_attrf(xml, "function", "0x%" PRIx32, function);
	if (multifunction)
		xml_attr(xml, "multifunction", STR("on"));
	xml_close(xml);
}

/* The only place behind a root port. */
static void behind_port(struct xml *xml, int32_t port)
{
	assert(port >= 0);
	pci_place(xml, (uint32_t)port + 1, 0, 0, false);
}

void libvirt_pcie_root(struct xml *xml, const struct vm *vm)
{
	xml_open(xml, "controller", "type", "pci", "index", "0", "model", "pcie-root", NULL);
	if (vm->mmio.window) {
		xml_open(xml, "pcihole64", "unit", "KiB", NULL);
		xml_textf(xml, "%" PRIu64, vm->mmio.window / KIB);
		xml_close(xml);
	}
	xml_close(xml);
}

static void expander(struct xml *xml, const struct pci_port *port)
{
	xml_leaf(xml, "model", "name", "pxb-pcie", NULL);
	xml_open(xml, "target", NULL);
	xml_attrf(xml, "busNr", "%u", port->bus_nr);
	xml_open(xml, "node", NULL);
	xml_textf(xml, "%" PRIu32, port->cell);
	xml_close(xml);
	xml_close(xml);
}

static void root_port(struct xml *xml, const struct pci_port *port, uint32_t index)
{
	xml_leaf(xml, "model", "name", "pcie-root-port", NULL);
	xml_open(xml, "target", NULL);
	xml_attrf(xml, "chassis", "%" PRIu32, index);
	xml_attrf(xml, "port", "0x%x", port->slot << 3 | port->function);
	xml_close(xml);
}

static void controllers(struct xml *xml, const struct vm *vm, const struct vm_devices *devices)
{
	libvirt_pcie_root(xml, vm);
	for (uint32_t i = 0; i < devices->n_ports; i++) {
		const struct pci_port *port = &devices->ports[i];

		xml_open(xml, "controller", "type", "pci", NULL);
		xml_attrf(xml, "index", "%" PRIu32, i + 1);
		xml_attr(xml, "model",
			 port->expander ? STR("pcie-expander-bus") : STR("pcie-root-port"));
		if (port->expander)
			expander(xml, port);
		else
			root_port(xml, port, i + 1);
		pci_place(xml, port->bus, port->slot, port->function, port->multifunction);
		xml_close(xml);
	}
	if (devices->scsi_port >= 0) {
		xml_open(xml, "controller", "type", "scsi", "index", "0", "model", "virtio-scsi",
			 NULL);
		behind_port(xml, devices->scsi_port);
		xml_close(xml);
	}
	if (vm->console == CONSOLE_VNC) {
		xml_open(xml, "controller", "type", "usb", "index", "0", "model", "qemu-xhci",
			 NULL);
		pci_place(xml, 0, devices->usb_slot, 0, false);
		xml_close(xml);
	} else {
		/* Said, since libvirt adds a controller of its own to a domain without one. */
		xml_leaf(xml, "controller", "type", "usb", "index", "0", "model", "none", NULL);
	}
}

static const char *const disk_buses[] = {
	[BUS_VIRTIO] = "virtio",
	[BUS_SCSI] = "scsi",
	[BUS_SATA] = "sata",
};

static void write_disk(struct xml *xml, const struct vm_disk *disk)
{
	xml_open(xml, "disk", "type", disk->is_block ? "block" : "file", "device", "disk", NULL);
	xml_leaf(xml, "driver", "name", "qemu", "type",
		 disk->format == FORMAT_QCOW2 ? "qcow2" : "raw", NULL);
	xml_open(xml, "source", NULL);
	xml_attr(xml, disk->is_block ? "dev" : "file", disk->path);
	xml_close(xml);
	xml_leaf(xml, "target", "dev", disk->target, "bus", disk_buses[disk->bus], NULL);
	if (disk->readonly)
		xml_leaf(xml, "readonly", NULL);
	if (disk->bus == BUS_VIRTIO) {
		behind_port(xml, disk->port);
	} else {
		xml_open(xml, "address", "type", "drive", "controller", "0", "bus", "0", "target",
			 "0", NULL);
		xml_attrf(xml, "unit", "%" PRIu32, disk->unit);
		xml_close(xml);
	}
	xml_close(xml);
}

static const char *const nic_models[] = {
	[NIC_VIRTIO] = "virtio",
	[NIC_E1000E] = "e1000e",
	[NIC_VMXNET3] = "vmxnet3",
};

static void write_nic(struct xml *xml, const struct vm_nic *nic)
{
	const char *kind = nic->is_network ? "network" : "bridge";
	char mac[18];

	mac_format(nic->mac, mac);
	xml_open(xml, "interface", "type", kind, NULL);
	xml_leaf(xml, "mac", "address", mac, NULL);
	xml_open(xml, "source", NULL);
	xml_attr(xml, kind, nic->source);
	xml_close(xml);
	xml_leaf(xml, "model", "type", nic_models[nic->model], NULL);
	behind_port(xml, nic->port);
	xml_close(xml);
}

static void serial_console(struct xml *xml)
{
	xml_open(xml, "serial", "type", "pty", NULL);
	xml_leaf(xml, "target", "type", "isa-serial", "port", "0", NULL);
	xml_close(xml);
	xml_open(xml, "console", "type", "pty", NULL);
	xml_leaf(xml, "target", "type", "serial", "port", "0", NULL);
	xml_close(xml);
}

static void vnc_console(struct xml *xml, const struct vm_devices *devices)
{
	xml_open(xml, "input", "type", "tablet", "bus", "usb", NULL);
	xml_leaf(xml, "address", "type", "usb", "bus", "0", "port", "1", NULL);
	xml_close(xml);
	xml_open(xml, "graphics", "type", "vnc", "port", "-1", "autoport", "yes", "listen",
		 "127.0.0.1", NULL);
	xml_leaf(xml, "listen", "type", "address", "address", "127.0.0.1", NULL);
	xml_close(xml);
	xml_open(xml, "video", NULL);
	xml_leaf(xml, "model", "type", "vga", "vram", "16384", "heads", "1", "primary", "yes",
		 NULL);
	pci_place(xml, 0, devices->video_slot, 0, false);
	xml_close(xml);
}

static void hostdev_source(struct xml *xml, const struct vm_gpu *gpu)
{
	xml_open(xml, "source", NULL);
	xml_open(xml, "address", NULL);
	if (vm_gpu_is_mdev(gpu)) {
		uint8_t bytes[16];
		char uuid[37];

		vm_gpu_mdev(gpu, bytes);
		uuid_format(bytes, uuid);
		xml_attr(xml, "uuid", str_of(uuid));
	} else {
		struct pci_address pci = vm_gpu_address(gpu);

		xml_attrf(xml, "domain", "0x%04" PRIx32, pci.domain);
		xml_attrf(xml, "bus", "0x%02x", pci.bus);
		xml_attrf(xml, "slot", "0x%02x", pci.device);
		xml_attrf(xml, "function", "0x%x", pci.function);
	}
	xml_close(xml);
	xml_close(xml);
}

/* A virtual function is NVIDIA's to bind (managed='no'); a whole GPU is libvirt's. */
void libvirt_hostdev(struct xml *xml, const struct vm_gpu *gpu, const int32_t *port)
{
	char alias[ALIAS_MAX];

	vm_gpu_alias(gpu, alias);
	if (vm_gpu_is_mdev(gpu)) {
		xml_open(xml, "hostdev", "mode", "subsystem", "type", "mdev", "managed", "no",
			 "model", "vfio-pci", "display", "off", NULL);
	} else {
		xml_open(xml, "hostdev", "mode", "subsystem", "type", "pci", "managed",
			 gpu->is_vgpu ? "no" : "yes", NULL);
		/* The default; without it libvirt 9 refuses to convert the domain. */
		xml_leaf(xml, "driver", "name", "vfio", NULL);
	}
	hostdev_source(xml, gpu);
	xml_leaf(xml, "alias", "name", alias, NULL);
	if (port)
		behind_port(xml, *port);
	xml_close(xml);
}

void libvirt_devices(struct xml *xml, const struct vm *vm, const struct vm_devices *devices)
{
	xml_open(xml, "devices", NULL);
	controllers(xml, vm, devices);
	for (uint32_t i = 0; i < devices->n_disks; i++)
		write_disk(xml, &devices->disks[i]);
	for (uint32_t i = 0; i < devices->n_nics; i++)
		write_nic(xml, &devices->nics[i]);
	if (vm->console == CONSOLE_SERIAL)
		serial_console(xml);
	else if (vm->console == CONSOLE_VNC)
		vnc_console(xml, devices);
	for (uint32_t i = 0; i < vm->n_gpus; i++)
		libvirt_hostdev(xml, &vm->gpus[i], &devices->gpu_ports[i]);
	xml_leaf(xml, "memballoon", "model", "none", NULL);
	xml_close(xml);
}
