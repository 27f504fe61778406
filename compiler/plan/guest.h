/* The guest's machine: what a VM is inside, where its platform leaves that to us (guest_layout).
 *
 * guest_resolve fills the last part of a struct vm (compiler/plan/plan.h) from the rest of it, and
 * reports what no guest can have; vm_devices says where its devices are. The files:
 *
 *     guest.c        order of the steps; CPU topology, limits, NUMA cells
 *     guest_pin.c    pinning, and the host nodes that the memory is bound to
 *     guest_disks.c  disks and network cards
 *     guest_ports.c  the PCI tree
 *
 * Guest NUMA: where the VM's GPUs sit on two or more host nodes, the guest has one cell a node,
 * in ascending order; vCPUs and memory are split evenly, memory in whole pages. Otherwise the
 * guest has none.
 *
 * The PCI tree of the guest, all of it written out, so that a later edit moves nothing:
 *
 *     0x01.0  VGA                            with console: vnc
 *     0x02.f  root ports of the nics         at most 8
 *     0x03.f  root ports of the virtio disks at most 8
 *     0x04.0  root port of the SCSI disks' virtio-scsi controller, where 0x03 is full
 *     0x08.0… one pcie-expander-bus a guest NUMA cell
 *     0x10.f… root ports of the GPUs, eight a slot; with expanders slot 0, 1, … of the GPU's own
 *     0x1d.0  qemu-xhci                      with console: vnc
 *     0x1f.2  SATA controller, in every q35
 *
 * The ports take the indexes 1..N in this order. */
#ifndef GPUPLAN_GUEST_H
#define GPUPLAN_GUEST_H

#include "compiler/plan/plan.h"

enum {
	GUEST_MAX_VIRTIO_DISKS = 8,
	GUEST_MAX_SCSI_DISKS = 255,
	GUEST_MAX_SATA_DISKS = 6, /* ports of q35's own controller */
};

/* `gpuplan/HOST/VM/…`: of four names with 63 characters at most. */
enum { GUEST_LONGEST_PATH = 256 };

/* The VM's GPUs sit on two or more NUMA nodes, all of them known. Needs vm->gpus only. */
bool guest_has_cells(const struct vm *vm);

/* Fills the last part of `vm`, whose other parts and whose host's `gpus` are filled. Findings are
 * of the rule spec-value; keys that are missing or broken have been reported and are skipped.
 * `scratch` is empty, before and after. */
void guest_resolve(struct arena *arena, struct arena *scratch, struct vm *vm,
		   struct findings *findings);

#endif
