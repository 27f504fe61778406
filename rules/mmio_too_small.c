#include "rules/fixes.h"
#include "rules/p2p.h"
#include "rules/texts.h"

/* The user's own size; `auto` is never too small. */
static void check(struct judge *judge, const struct vm *vm)
{
	const struct number *mmio = &vm->spec->mmio;
	struct finding *f;
	struct str power;

	if (!mmio->n || mmio->n >= vm->mmio.needed)
		return;
	power = size_text(judge->arena, vm->mmio.automatic);
	f = report(judge, mmio->at, "an MMIO window of '%s' is too small: the VM's GPUs need %.*s",
		   written(judge, mmio->at), STR_ARG(size_text(judge->arena, vm->mmio.needed)));
	finding_note(judge->findings, f, vm->spec->gpus.at, "the VM's GPUs");
	finding_help(judge->findings, f, "write %.*s, or auto: %.*s%s%.*s",
		     STR_ARG(size_key(judge, vm->mmio.automatic)),
		     STR_ARG(mmio_sum_text(judge->arena, vm)),
		     vm->mmio.automatic == next_power_of_two(vm->mmio.needed)
			     ? ", next power of two "
			     : ", and never less than ",
		     STR_ARG(power));
	fix_key(judge, f, vm, true, "mmio", mmio->at, size_key(judge, vm->mmio.automatic),
		arena_printf(judge->arena, "write %.*s", STR_ARG(power)).p);
}

const struct rule rule_mmio_too_small = {
	.name = "mmio-too-small",
	.severity = SEVERITY_ERROR,
	.flags = RULE_FIX,
	.summary = "the MMIO window is too small for the VM's GPUs",
	.mmio = check,
	.what = "`mmio` is smaller than the VM's GPUs need: the sum of their shares, plus the "
		"largest share on KVM with GPUs on several NUMA nodes.",
	.why = "The firmware maps each GPU's BARs into the 64-bit window. The large one (BAR1, "
	       "the framebuffer or the power of two above it) is aligned to its own size and has "
	       "a small one beside it, so that a GPU takes twice its BAR1. BARs that do not fit "
	       "are silently left out: the guest's log says \"BAR1 is 0M @ 0x0\", and the driver "
	       "does not load. On newer OVMF a window that is too small is worse than none. If "
	       "each node has a root bus of its own, its part is aligned once more.",
	.source = "NVIDIA vGPU for Compute overview, AI Enterprise: MMIO space required; several "
		  "GPUs: F. Denneman, May 2023; on KVM measured with QEMU 7.2 to 11.1 and OVMF",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   gpu-1:\n"
		   "     hypervisor: kvm\n"
		   "     gpus:\n"
		   "       g0: {board: a100-pcie-80gb, address: 05:00.0}\n"
		   "       g1: {board: a100-pcie-80gb, address: 06:00.0}\n"
		   "       g2: {board: a100-pcie-80gb, address: 07:00.0}\n"
		   " vms:\n"
		   "   train-1:\n"
		   "     host: gpu-1\n"
		   "     vcpus: 16\n"
		   "     memory: 256GiB\n"
		   "     p2p: none\n"
		   "-    mmio: 512GiB\n"
		   "+    mmio: 1TiB\n"
		   "     gpus: [g0, g1, g2]\n",
};
