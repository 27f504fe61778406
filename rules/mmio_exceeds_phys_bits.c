#include "rules/p2p.h"
#include "rules/phys_bits.h"
#include "rules/texts.h"

static bool is_amd(const struct vm *vm)
{
	return vm->host->spec->cpus.vendor.is == VENDOR_AMD;
}

static struct address_space space_of(const struct figures *figures, const struct vm *vm)
{
	return (struct address_space){
		.bits = (unsigned)vm->host->spec->cpus.phys_bits.n,
		.low_memory = figures->q35_low_memory,
		.hole_start = is_amd(vm) ? figures->amd_hole_start : NO_HOLE,
		.hole_end = figures->amd_hole_end,
	};
}

static bool given(const struct vm *vm)
{
	return vm->spec->mmio.n;
}

static const char *window_text(struct judge *judge, const struct vm *vm)
{
	if (given(vm))
		return arena_printf(judge->arena, "'%s'", written(judge, vm->spec->mmio.at)).p;
	return size_text(judge->arena, vm->mmio.window).p;
}

/* What must change: the user's window, else the memory if less of it would do, else the GPUs. */
static struct span place(const struct vm *vm, uint64_t memory_limit)
{
	if (given(vm))
		return vm->spec->mmio.at;
	return memory_limit ? vm->spec->memory.at : vm->spec->gpus.at;
}

static void check_ovmf(struct judge *judge, const struct vm *vm)
{
	uint64_t limit = judge->plan->figures->ovmf_window_most;
	struct finding *f =
		report(judge, place(vm, 0),
		       "an MMIO window of %s is too large: OVMF ignores windows above %.*s",
		       window_text(judge, vm), STR_ARG(size_text(judge->arena, limit)));

	if (given(vm) && vm->mmio.automatic <= limit)
		finding_help(judge->findings, f, "write mmio: %.*s, as auto does",
			     STR_ARG(size_key(judge, vm->mmio.automatic)));
	else
		finding_help(judge->findings, f, "give the VM fewer GPUs");
}

static void note_hole(struct judge *judge, struct finding *f, const struct vm *vm)
{
	const struct figures *figures = judge->plan->figures;

	finding_note(judge->findings, f, vm->host->spec->cpus.vendor.at,
		     "on an AMD CPU, memory moves up to %.*s if the window ends above %.*s",
		     STR_ARG(size_text(judge->arena, figures->amd_hole_end)),
		     STR_ARG(size_text(judge->arena, figures->amd_hole_start)));
}

static void help(struct judge *judge, struct finding *f, const struct vm *vm,
		 const struct address_space *space, uint64_t memory_limit)
{
	unsigned bits = window_phys_bits(space, vm->memory, vm->mmio.window);

	if (given(vm) && vm->mmio.automatic < vm->mmio.window &&
	    window_fits(space, vm->memory, vm->mmio.automatic))
		finding_help(judge->findings, f, "write mmio: %.*s, which is enough and fits",
			     STR_ARG(size_key(judge, vm->mmio.automatic)));
	else if (memory_limit)
		finding_help(judge->findings, f,
			     "write memory: %.*s or less, or use a host with %u address bits",
			     STR_ARG(size_key(judge, memory_limit)), bits);
	else
		finding_help(judge->findings, f,
			     "give the VM fewer GPUs, or use a host with %u address bits", bits);
}

static void check_bits(struct judge *judge, const struct vm *vm)
{
	struct address_space space = space_of(judge->plan->figures, vm), without_hole = space;
	uint64_t window = vm->mmio.window, memory_limit;
	struct finding *f;

	if (window_fits(&space, vm->memory, window))
		return;
	memory_limit = window_memory_limit(&space, window);
	if (memory_limit < vm->memory / 4)
		memory_limit = 0; /* nobody is helped by a VM of that size */
	f = report(judge, place(vm, memory_limit),
		   "an MMIO window of %s above %.*s of memory does not fit in %u address bits",
		   window_text(judge, vm), STR_ARG(size_text(judge->arena, vm->memory)),
		   space.bits);
	finding_note(judge->findings, f, vm->host->spec->cpus.phys_bits.at, "%u bits are %.*s",
		     space.bits, STR_ARG(size_text(judge->arena, UINT64_C(1) << space.bits)));
	without_hole.hole_start = NO_HOLE;
	if (window_fits(&without_hole, vm->memory, window))
		note_hole(judge, f, vm);
	help(judge, f, vm, &space, memory_limit);
}

static void check(struct judge *judge, const struct vm *vm)
{
	if (!vm->host->platform->qemu)
		return;
	if (vm->mmio.window > judge->plan->figures->ovmf_window_most)
		check_ovmf(judge, vm);
	else if (span_given(vm->host->spec->cpus.phys_bits.at))
		check_bits(judge, vm);
}

const struct rule rule_mmio_exceeds_phys_bits = {
	.name = "mmio-exceeds-phys-bits",
	.severity = SEVERITY_ERROR,
	.summary = "the MMIO window does not fit the guest's address space",
	.mmio = check,
	.what = "A VM's MMIO window, aligned above its memory, ends beyond what the host's "
		"`cpus.phys_bits` can address; or it is above {figure:ovmf_window_most}.",
	.why = "The guest has the host's address bits, and QEMU refuses to start a VM whose "
	       "memory and window do not fit. Memory beyond the first {figure:q35_low_memory} "
	       "starts at 4 GiB. The window follows, aligned to the largest power of two in its "
	       "size, so that a little more memory can shift it by its whole size. AMD's address "
	       "map has a hole from {figure:amd_hole_start} to {figure:amd_hole_end}: if the "
	       "window reaches it, QEMU moves the memory above it. OVMF ignores a window of more "
	       "than {figure:ovmf_window_most} and uses its own, which is too small.",
	.source = "measured with QEMU and OVMF at 39 to 43 address bits, Intel and AMD CPU models; "
		  "{source:ovmf_window_most}; {source:amd_hole_start}",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   gpu-1:\n"
		   "     hypervisor: kvm\n"
		   "     cpus: {sockets: 1, cores: 32, threads: 2, phys_bits: 39}\n"
		   "     gpus:\n"
		   "       g0: {board: a100-pcie-80gb, address: 05:00.0}\n"
		   " vms:\n"
		   "   train-1:\n"
		   "     host: gpu-1\n"
		   "     vcpus: 16\n"
		   "-    memory: 256GiB\n"
		   "+    memory: 254GiB\n"
		   "     gpus: [g0]\n",
};
