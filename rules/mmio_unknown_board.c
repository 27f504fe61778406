#include "compiler/finding/rule.h"
#include "compiler/plan/plan.h"

/* An earlier GPU of the VM is of the same board, and has been reported for it. */
static bool said_before(const struct vm *vm, uint32_t i)
{
	for (uint32_t j = 0; j < i; j++)
		if (str_eq(vm->gpus[j].gpu->spec->board.s, vm->gpus[i].gpu->spec->board.s) &&
		    vm->gpus[j].gpu->bar1 == vm->gpus[i].gpu->bar1)
			return true;
	return false;
}

static const char *taken_instead(struct judge *judge, const struct gpu *gpu)
{
	static const char *const sources[] = {
		[SHARE_GUESS] = "twice its framebuffer's next power of two",
		[SHARE_BAR1] = "twice its BAR1",
		[SHARE_TABLE] = "NVIDIA's figure for vSphere",
	};

	if (gpu->share_source == SHARE_UNKNOWN)
		return "it counts as 0";
	return arena_printf(judge->arena, "%s is assumed, %.*s", sources[gpu->share_source],
			    STR_ARG(size_text(judge->arena, gpu->mmio_share)))
		.p;
}

/* Where the window follows NVIDIA's table, a board must be in it; else BAR1 is all that counts. */
static void check_gpu(struct judge *judge, const struct vm *vm, const struct vm_gpu *g)
{
	const struct gpu *gpu = g->gpu;
	bool table = vm->host->platform->mmio_table, bar1 = gpu->bar1;
	struct finding *f;

	if (table ? gpu->board && gpu->board->vsphere_mmio : bar1)
		return;
	f = report_as(judge, bar1 ? SEVERITY_NOTE : SEVERITY_WARNING, g->spec->at,
		      "the MMIO space that '%.*s' (%s) needs is unknown: %s",
		      STR_ARG(gpu->spec->name.s), quoted(judge, gpu->spec->board.s),
		      taken_instead(judge, gpu));
	finding_note(judge->findings, f, gpu->spec->board.at, "its board is not in %s",
		     table ? "NVIDIA's table of MMIO space" : "the table of BAR1 sizes");
	if (bar1)
		finding_help(
			judge->findings, f,
			"compare with NVIDIA's documents for this board; mmio: SIZE overrules it");
	else
		finding_help(
			judge->findings, f,
			"add its BAR1 size to '%.*s': bar1: SIZE, as `lspci -vv` on the machine shows it "
			"(Region 1)",
			STR_ARG(gpu->spec->name.s));
}

static void check(struct judge *judge, const struct vm *vm)
{
	for (uint32_t i = 0; i < vm->n_gpus; i++)
		if (span_given(vm->gpus[i].gpu->spec->board.at) && !said_before(vm, i))
			check_gpu(judge, vm, &vm->gpus[i]);
}

const struct rule rule_mmio_unknown_board = {
	.name = "mmio-unknown-board",
	.severity = SEVERITY_WARNING,
	.summary = "the MMIO space that a board needs is unknown",
	.mmio = check,
	.what = "A VM has a GPU for which no source gives the share of the MMIO window: on vSphere "
		"a board that is not in NVIDIA's table of MMIO space (a note if its BAR1 is "
		"known), on KVM a board whose BAR1 is unknown.",
	.why = "The window is then sized from the next best figure: twice BAR1, or twice the "
	       "power of two above the framebuffer. This matches nearly every board where both "
	       "are known, but it is an inference, and with a window that is too small a GPU has "
	       "no memory.",
	.source = "NVIDIA vGPU for Compute overview, AI Enterprise Infra 6: MMIO space required "
		  "(the table lacks newer boards)",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   gpu-1:\n"
		   "     hypervisor: kvm\n"
		   "     gpus:\n"
		   "-      g0: {board: rtx-pro-5000-blackwell, address: 05:00.0}\n"
		   "+      g0: {board: rtx-pro-5000-blackwell, address: 05:00.0, bar1: 64GiB}\n"
		   " vms:\n"
		   "   infer-1:\n"
		   "     host: gpu-1\n"
		   "     vcpus: 8\n"
		   "     memory: 64GiB\n"
		   "     gpus: [g0]\n",
};
