#include "rules/p2p.h"
#include "rules/phys_bits.h"
#include "rules/texts.h"

/* OVMF takes a window of up to 2^44 bytes from X-PciMmio64Mb (OvmfPkg, PlatformInitLib), and passes
 * over a larger one. */
#define OVMF_LIMIT (16 * TIB)

static bool is_amd(const struct vm *vm)
{
	return vm->host->spec->cpus.vendor.is == VENDOR_AMD;
}

static unsigned phys_bits(const struct vm *vm)
{
	return (unsigned)vm->host->spec->cpus.phys_bits.n;
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
	struct finding *f =
		report(judge, place(vm, 0), "an MMIO window of %s: OVMF passes over one above %.*s",
		       window_text(judge, vm), STR_ARG(size_text(judge->arena, OVMF_LIMIT)));

	if (given(vm) && vm->mmio.automatic <= OVMF_LIMIT)
		finding_help(judge->findings, f, "write mmio: %.*s, as auto does",
			     STR_ARG(size_key(judge, vm->mmio.automatic)));
	else
		finding_help(judge->findings, f, "give the VM fewer GPUs");
}

static void help(struct judge *judge, struct finding *f, const struct vm *vm, uint64_t memory_limit)
{
	unsigned bits = window_phys_bits(vm->memory, vm->mmio.window, is_amd(vm));

	if (given(vm) && vm->mmio.automatic < vm->mmio.window &&
	    window_fits(vm->memory, vm->mmio.automatic, phys_bits(vm), is_amd(vm)))
		finding_help(judge->findings, f, "write mmio: %.*s, which is enough and fits",
			     STR_ARG(size_key(judge, vm->mmio.automatic)));
	else if (memory_limit)
		finding_help(judge->findings, f,
			     "memory: %.*s or less fits; or a host with %u address bits",
			     STR_ARG(size_key(judge, memory_limit)), bits);
	else
		finding_help(judge->findings, f,
			     "give the VM fewer GPUs, or a host with %u address bits", bits);
}

static void check(struct judge *judge, const struct vm *vm)
{
	const struct cpus_spec *cpus = &vm->host->spec->cpus;
	uint64_t window = vm->mmio.window, memory_limit;
	struct finding *f;

	if (!vm->host->platform->qemu)
		return;
	if (window > OVMF_LIMIT) {
		check_ovmf(judge, vm);
		return;
	}
	if (!span_given(cpus->phys_bits.at) ||
	    window_fits(vm->memory, window, phys_bits(vm), is_amd(vm)))
		return;
	memory_limit = window_memory_limit(window, phys_bits(vm), is_amd(vm));
	if (memory_limit < vm->memory / 4)
		memory_limit = 0; /* nobody is helped by a VM of that size */
	f = report(judge, place(vm, memory_limit),
		   "an MMIO window of %s above %.*s of memory does not fit in %u address bits",
		   window_text(judge, vm), STR_ARG(size_text(judge->arena, vm->memory)),
		   phys_bits(vm));
	finding_note(judge->findings, f, cpus->phys_bits.at, "%u bits are %.*s", phys_bits(vm),
		     STR_ARG(size_text(judge->arena, UINT64_C(1) << phys_bits(vm))));
	if (is_amd(vm) && window_fits(vm->memory, window, phys_bits(vm), false))
		finding_note(
			judge->findings, f, cpus->vendor.at,
			"with an AMD CPU memory moves up to 1 TiB where the window ends above 1012 "
			"GiB");
	help(judge, f, vm, memory_limit);
}

const struct rule rule_mmio_exceeds_phys_bits = {
	.name = "mmio-exceeds-phys-bits",
	.severity = SEVERITY_ERROR,
	.summary = "the MMIO window does not fit the guest's address space",
	.mmio = check,
	.what = "A VM's MMIO window, aligned above its memory, ends beyond what the host's "
		"`cpus.phys_bits` can address; or it is above 16 TiB.",
	.why = "The guest has the host's address bits. QEMU refuses to start a VM whose memory and "
	       "window do not fit. The memory ends 2 GiB above its size, and the window starts at "
	       "a multiple of the power of two in it, so that a little more memory may cost as "
	       "much again as the window. AMD's address map has a hole from 1012 GiB to 1 TiB: "
	       "where the window would reach it, QEMU moves the memory above it. A window of more "
	       "than 16 TiB is passed over by OVMF, which then takes its own, too small one.",
	.source = "measured with QEMU and OVMF at 39 to 43 address bits, Intel and AMD CPU models",
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
