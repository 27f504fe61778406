/* Unified memory on the boards where it takes NVLink P2P away: board_uvm.csv. */
#include "rules/fixes.h"
#include "rules/p2p.h"

static bool is_on(const struct vm_gpu *g, enum uvm_p2p which)
{
	return g->is_vgpu && g->gpu->board && g->gpu->board->uvm_p2p == which;
}

static uint32_t count(const struct vm *vm, enum uvm_p2p which)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < vm->n_gpus; i++)
		n += is_on(&vm->gpus[i], which);
	return n;
}

/* An earlier vGPU on such a board has the same key. */
static bool is_reported(const struct vm *vm, uint32_t i, enum uvm_p2p which)
{
	for (uint32_t j = 0; j < i; j++)
		if (is_on(&vm->gpus[j], which) && vm->gpus[j].uvm.at.at == vm->gpus[i].uvm.at.at)
			return true;
	return false;
}

/* The VM has vGPUs on two or more such boards, wants NVLink, and this one has unified memory on. */
static bool holds(const struct vm *vm, uint32_t i, enum uvm_p2p which)
{
	return vm->p2p == P2P_NVLINK && is_on(&vm->gpus[i], which) &&
	       vm->gpus[i].uvm.is == UVM_TRUE && count(vm, which) >= 2 &&
	       !is_reported(vm, i, which);
}

static const char *key_of(const struct vm_gpu *g)
{
	return uvm_is_param(g) ? "enable_uvm: 0" : "uvm: false";
}

static struct finding *describe(struct judge *judge, struct finding *f, const struct vm_gpu *g)
{
	const struct vm *vm = g->vm;

	finding_note(judge->findings, f, vm->spec->p2p.at, "NVLink is requested here");
	finding_note(judge->findings, f, g->gpu->spec->board.at, "'%.*s' is %.*s",
		     STR_ARG(g->gpu->spec->name.s), STR_ARG(g->gpu->board->id));
	finding_help(judge->findings, f, "write %s%s%s%s or p2p: none", key_of(g),
		     from_profile(vm, g->uvm.at) ? " in VM '" : "",
		     from_profile(vm, g->uvm.at) ? quoted(judge, vm->spec->name.s) : "",
		     from_profile(vm, g->uvm.at) ? "'" : "");
	return f;
}

static void check_a100(struct judge *judge, const struct vm *vm)
{
	for (uint32_t i = 0; i < vm->n_gpus; i++) {
		const struct vm_gpu *g = &vm->gpus[i];
		struct finding *f;

		if (!holds(vm, i, UVM_P2P_LOST))
			continue;
		f = report(judge, g->uvm.at,
			   "unified memory is on in VM '%.*s': its vGPUs on %.*s lose "
			   "NVLink P2P",
			   STR_ARG(vm->spec->name.s), STR_ARG(g->gpu->board->id));
		describe(judge, f, g);
		fix_uvm(judge, f, g, false);
	}
}

const struct rule rule_uvm_on_a100 = {
	.name = "uvm-on-a100",
	.severity = SEVERITY_ERROR,
	.flags = RULE_FIX,
	.summary = "unified memory for vGPUs with NVLink P2P, on a board where it disables P2P",
	.p2p = check_a100,
	.what = "A VM with `p2p: nvlink` has two or more vGPUs on boards where unified memory "
		"disables P2P ({boards:uvm_lost}), and `uvm: true` for one of them. `uvm: default` "
		"is fine: it is written as `enable_uvm = 0`.",
	.why = "On these boards unified memory disables P2P over NVLink and NVSwitch for a VM "
	       "with several vGPUs. In the guest `nvidia-smi topo -m` then shows PIX instead of "
	       "links such as NV12, and CUDA no longer copies over NVLink. Nothing else reveals "
	       "it.",
	.source =
		"NVIDIA AI Enterprise 8.1, vGPU, Peer-to-Peer CUDA Transfers: the warning on A100",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   gpu-1:\n"
		   "     hypervisor: kvm\n"
		   "     nvlink: all\n"
		   "     gpus:\n"
		   "       g0: {board: a100-sxm4-80gb, address: 07:00.0}\n"
		   "       g1: {board: a100-sxm4-80gb, address: 0b:00.0}\n"
		   " vms:\n"
		   "   train-1:\n"
		   "     host: gpu-1\n"
		   "     vcpus: 16\n"
		   "     memory: 128GiB\n"
		   "     p2p: nvlink\n"
		   "     vgpu: A100DX-80C\n"
		   "-    uvm: true\n"
		   "+    uvm: false\n"
		   "     gpus: [g0, g1]\n",
};

static void check_ga100(struct judge *judge, const struct vm *vm)
{
	for (uint32_t i = 0; i < vm->n_gpus; i++) {
		const struct vm_gpu *g = &vm->gpus[i];
		struct finding *f;

		if (!holds(vm, i, UVM_P2P_UNNAMED))
			continue;
		f = report(
			judge, g->uvm.at,
			"unified memory is on in VM '%.*s': %.*s has the A100's chip, whose vGPUs lose "
			"NVLink P2P with it",
			STR_ARG(vm->spec->name.s), STR_ARG(g->gpu->board->id));
		describe(judge, f, g);
	}
}

const struct rule rule_uvm_on_ga100 = {
	.name = "uvm-on-ga100",
	.severity = SEVERITY_WARNING,
	.summary = "unified memory for vGPUs with NVLink P2P on other boards with the A100's chip",
	.p2p = check_ga100,
	.what = "A VM with `p2p: nvlink` has two or more vGPUs on boards with the A100's chip that "
		"NVIDIA does not name ({boards:uvm_unnamed}), and `uvm: true` for one of them.",
	.why = "NVIDIA documents for the A100 that unified memory disables NVLink P2P in a VM "
	       "with several vGPUs (rule uvm-on-a100). These boards have the same chip, GA100, "
	       "but are not named. That they behave alike is likely but not confirmed; "
	       "`nvidia-smi topo -m` in the guest shows it: PIX instead of NV#.",
	.source = "NVIDIA AI Enterprise 8.1, vGPU, Peer-to-Peer CUDA Transfers: the warning on "
		  "A100, read for its chip",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   gpu-1:\n"
		   "     hypervisor: kvm\n"
		   "     nvlink: all\n"
		   "     gpus:\n"
		   "       g0: {board: a30, address: 07:00.0}\n"
		   "       g1: {board: a30, address: 0b:00.0}\n"
		   " vms:\n"
		   "   train-1:\n"
		   "     host: gpu-1\n"
		   "     vcpus: 16\n"
		   "     memory: 128GiB\n"
		   "     p2p: nvlink\n"
		   "     vgpu: A30-24C\n"
		   "-    uvm: true\n"
		   "+    uvm: false\n"
		   "     gpus: [g0, g1]\n",
};
