/* The guest's PCI tree: where each device sits (see the map in guest.h). */
#include "compiler/plan/guest_private.h"

#include <inttypes.h>

enum {
	SLOT_VIDEO = 0x01,
	SLOT_NICS = 0x02,
	SLOT_DISKS = 0x03,
	SLOT_EXPANDERS = 0x08,
	SLOT_GPUS = 0x10,
	SLOT_USB = 0x1d, /* the first one that no port may take */
	SLOTS = 32,
	FUNCTIONS = 8,
	BUSES = 256,
	IO_WINDOWS = 10, /* of 4 KiB, one per root port: all the I/O space of a q35 */
};

/* Makes room for every port that the VM may need: one per device and expander, one for a SCSI
 * controller. */
static void make_room(struct arena *arena, const struct vm *vm, struct vm_devices *out)
{
	out->ports = arena_array(arena,
				 (size_t)out->n_nics + out->n_disks + vm->n_gpus + vm->n_cells + 1,
				 sizeof *out->ports);
	out->gpu_ports = arena_array(arena, vm->n_gpus, sizeof *out->gpu_ports);
}

/* Returns the port's index in out->ports. */
static int32_t add_port(struct vm_devices *out, struct pci_port port)
{
	out->ports[out->n_ports] = port;
	return (int32_t)out->n_ports++;
}

/* Adds the `i`-th root port of the row that starts at `slot` of the root bus. Function 0 is always
 * multifunction, so that adding a port later changes no other. */
static int32_t add_root_port(struct vm_devices *out, uint32_t slot, uint32_t i)
{
	return add_port(out, (struct pci_port){.slot = (uint8_t)(slot + i / FUNCTIONS),
					       .function = (uint8_t)(i % FUNCTIONS),
					       .multifunction = i % FUNCTIONS == 0});
}

static void place_nics_and_disks(struct vm_devices *out)
{
	uint32_t n = 0;
	bool scsi = false;

	for (uint32_t i = 0; i < out->n_nics; i++)
		out->nics[i].port = add_root_port(out, SLOT_NICS, i);
	for (uint32_t i = 0; i < out->n_disks; i++) {
		if (out->disks[i].bus == BUS_VIRTIO)
			out->disks[i].port = add_root_port(out, SLOT_DISKS, n++);
		scsi |= out->disks[i].bus == BUS_SCSI;
	}
	out->scsi_port = scsi ? add_root_port(out, SLOT_DISKS, n) : -1;
}

/* By default, libvirt numbers expander buses from 254 downwards, which leaves no buses for the GPUs
 * behind them. So each expander gets an even share of the 256. */
static void place_expanders(const struct vm *vm, struct vm_devices *out)
{
	uint32_t n = vm->n_cells;

	for (uint32_t i = 0; i < n; i++)
		add_port(out, (struct pci_port){.expander = true,
						.slot = (uint8_t)(SLOT_EXPANDERS + i),
						.bus_nr = (uint8_t)(BUSES * (i + 1) / (n + 1)),
						.cell = i});
}

/* Places the GPUs of one node, one per slot of its expander, and returns their number. */
static uint32_t place_gpus_of_cell(const struct vm *vm, struct vm_devices *out, uint32_t cell,
				   uint32_t expander)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < vm->n_gpus; i++) {
		const struct gpu *gpu = vm->gpus[i].gpu;

		if (!gpu || (uint32_t)gpu->node != vm->cells[cell].host_node)
			continue;
		out->gpu_ports[i] =
			add_port(out, (struct pci_port){.bus = expander, .slot = (uint8_t)n++});
	}
	return n;
}

/* Every expander takes a slot of the root bus, every port a slot of its expander, and there is a
 * bus behind every port. */
static bool expanders_fit(const struct vm *vm, uint32_t on_root, uint32_t most_on_one)
{
	uint32_t share = BUSES / (vm->n_cells + 1);

	return vm->n_cells <= SLOT_USB - SLOT_EXPANDERS && on_root < share && most_on_one < share &&
	       most_on_one <= SLOTS;
}

/* OVMF reserves I/O space behind every root port for hot-plug. On a single root bus it copes with
 * running out; with expanders it hangs before it places any BAR (tried: 14 ports, 12 of them on the
 * root bus; 16 GPUs on two expanders). */
static bool io_runs_out(const struct vm *vm, const struct vm_devices *out)
{
	return vm->n_cells && out->n_ports - vm->n_cells > IO_WINDOWS;
}

static void place_gpus(const struct vm *vm, struct vm_devices *out, struct findings *findings)
{
	uint32_t on_root = out->n_ports, most = 0;
	struct finding *f;

	for (uint32_t i = 0; i < vm->n_gpus; i++)
		out->gpu_ports[i] = -1;
	if (!vm->n_cells) {
		for (uint32_t i = 0; i < vm->n_gpus; i++)
			out->gpu_ports[i] = add_root_port(out, SLOT_GPUS, i);
		return;
	}
	place_expanders(vm, out);
	for (uint32_t i = 0; i < vm->n_cells; i++) {
		uint32_t n = place_gpus_of_cell(vm, out, i, on_root + 1 + i);

		most = n > most ? n : most;
	}
	out->ports_without_io = io_runs_out(vm, out);
	if (!findings || expanders_fit(vm, on_root, most))
		return;
	f = finding_add(findings, "spec-value", SEVERITY_ERROR, vm->spec->gpus.at,
			"too few PCI buses in the guest for %" PRIu32 " GPUs on %" PRIu32
			" NUMA nodes",
			vm->n_gpus, vm->n_cells);
	finding_help(findings, f, "use fewer GPUs, or GPUs on fewer NUMA nodes");
}

void guest_ports(struct arena *arena, const struct vm *vm, struct vm_devices *out,
		 struct findings *findings)
{
	make_room(arena, vm, out);
	place_nics_and_disks(out);
	place_gpus(vm, out, findings);
	if (vm->console == CONSOLE_VNC) {
		out->video_slot = SLOT_VIDEO;
		out->usb_slot = SLOT_USB;
	}
}
