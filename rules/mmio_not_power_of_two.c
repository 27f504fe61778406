#include "rules/fixes.h"
#include "rules/p2p.h"
#include "rules/texts.h"

/* One that is too small has its own finding. */
static void check(struct judge *judge, const struct vm *vm)
{
	const struct number *mmio = &vm->spec->mmio;
	uint64_t power = next_power_of_two(mmio->n);
	struct finding *f;

	if (!mmio->n || mmio->n < vm->mmio.needed || mmio->n == power)
		return;
	f = report(judge, mmio->at, "an MMIO window of '%s' is not a power of two",
		   written(judge, mmio->at));
	finding_help(judge->findings, f, "write %.*s; auto writes %.*s",
		     STR_ARG(size_key(judge, power)), STR_ARG(size_key(judge, vm->mmio.automatic)));
	fix_key(judge, f, vm, true, "mmio", mmio->at, size_key(judge, power),
		arena_printf(judge->arena, "write %.*s", STR_ARG(size_text(judge->arena, power)))
			.p);
}

const struct rule rule_mmio_not_power_of_two = {
	.name = "mmio-not-power-of-two",
	.severity = SEVERITY_WARNING,
	.flags = RULE_FIX,
	.summary = "the MMIO window is not a power of two",
	.mmio = check,
	.what = "`mmio` is large enough, but not a power of two.",
	.why = "Every size that NVIDIA publishes is a power of two, and several GPUs need the "
	       "next one above their sum. On KVM the firmware aligns the window to a power of "
	       "two: any other size loses a part to alignment, and the rest may not hold the BARs.",
	.source = "NVIDIA vGPU for Compute overview, AI Enterprise: MMIO space required; F. "
		  "Denneman, May 2023",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   gpu-1:\n"
		   "     hypervisor: kvm\n"
		   "     gpus:\n"
		   "       g0: {board: a100-pcie-80gb, address: 05:00.0}\n"
		   "       g1: {board: a100-pcie-80gb, address: 06:00.0}\n"
		   " vms:\n"
		   "   train-1:\n"
		   "     host: gpu-1\n"
		   "     vcpus: 16\n"
		   "     memory: 256GiB\n"
		   "     p2p: none\n"
		   "-    mmio: 600GiB\n"
		   "+    mmio: 1TiB\n"
		   "     gpus: [g0, g1]\n",
};
