#include "rules/p2p.h"
#include "rules/texts.h"
#include "rules/versions.h"

static uint32_t large_bars(const struct figures *figures, const struct vm *vm)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < vm->n_gpus; i++)
		n += vm->gpus[i].gpu && vm->gpus[i].gpu->bar1 >= figures->stalling_bar1;
	return n;
}

static uint32_t affected_vms(const struct figures *figures, const struct host *host,
			     const struct vm **first)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < host->n_vms; i++)
		if (!host->vms[i]->skip_mmio &&
		    large_bars(figures, host->vms[i]) >= figures->stalling_gpus && n++ == 0)
			*first = host->vms[i];
	return n;
}

/* Once a host: its QEMU is what would change. */
static void check(struct judge *judge, const struct host *host)
{
	const struct figures *figures = judge->plan->figures;
	struct version qemu = host->spec->versions.qemu;
	const struct vm *vm = NULL;
	struct finding *f;
	uint32_t n;

	if (!host->platform->qemu || !span_given(qemu.at) ||
	    !older_than(judge, qemu, "qemu_many_large_bars"))
		return;
	n = affected_vms(figures, host, &vm);
	if (n == 0)
		return;
	f = report(judge, qemu.at,
		   "the boot of VM '%.*s'%s may stall with QEMU '%s': %u GPUs with a BAR1 of %.*s "
		   "or more",
		   STR_ARG(vm->spec->name.s), and_more(judge, n - 1), written(judge, qemu.at),
		   large_bars(figures, vm),
		   STR_ARG(size_text(judge->arena, figures->stalling_bar1)));
	finding_note(judge->findings, f, vm->spec->gpus.at, "the VM's GPUs");
	finding_help(judge->findings, f, "use QEMU %.*s or later",
		     STR_ARG(release_of(judge, "qemu_many_large_bars")->text));
}

const struct rule rule_mmio_many_large_bars = {
	.name = "mmio-many-large-bars",
	.severity = SEVERITY_NOTE,
	.summary = "several GPUs with large BARs and an older QEMU, which may stall the boot",
	.host = check,
	.what = "A VM has {figure:stalling_gpus} or more whole GPUs whose BAR1 is "
		"{figure:stalling_bar1} or more, and the host's QEMU is older than "
		"{release:qemu_many_large_bars}.",
	.why = "An operator of such machines reports that the guests stall while they boot, and "
	       "that QEMU {release:qemu_many_large_bars} solved it. The cause is not confirmed, "
	       "hence a note.",
	.source = "{source:stalling_bar1}",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   gpu-1:\n"
		   "     hypervisor: kvm\n"
		   "-    versions: {qemu: 9.2.0}\n"
		   "+    versions: {qemu: {release:qemu_many_large_bars}}\n"
		   "     gpus:\n"
		   "       g0: {board: a100-pcie-80gb, address: 05:00.0}\n"
		   "       g1: {board: a100-pcie-80gb, address: 06:00.0}\n"
		   "       g2: {board: a100-pcie-80gb, address: 85:00.0}\n"
		   "       g3: {board: a100-pcie-80gb, address: 86:00.0}\n"
		   " vms:\n"
		   "   train-1:\n"
		   "     host: gpu-1\n"
		   "     vcpus: 32\n"
		   "     memory: 512GiB\n"
		   "     p2p: none\n"
		   "     gpus: [g0, g1, g2, g3]\n",
};
