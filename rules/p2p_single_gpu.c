#include "compiler/finding/rule.h"
#include "compiler/plan/plan.h"

static void check(struct judge *judge, const struct vm *vm)
{
	struct finding *f;

	if (vm->p2p == P2P_NONE || vm->n_gpus != 1)
		return;
	f = report(judge, vm->spec->p2p.at, "VM '%.*s' has P2P but only one GPU, '%.*s'",
		   STR_ARG(vm->spec->name.s), STR_ARG(vm->gpus[0].gpu->spec->name.s));
	finding_note(judge->findings, f, vm->gpus[0].spec->gpu.at, "its only GPU");
	finding_help(judge->findings, f, "write p2p: none, or give it a second GPU");
}

const struct rule rule_p2p_single_gpu = {
	.name = "p2p-single-gpu",
	.severity = SEVERITY_WARNING,
	.summary = "P2P in a VM with a single GPU",
	.p2p = check,
	.what = "A VM with `p2p: nvlink` or `p2p: pcie` has a single GPU.",
	.why = "P2P needs two GPUs. The VM works, but either a GPU was forgotten or the key "
	       "misleads the next reader. No other P2P rule checks such a VM.",
	.source = "the spec language, version 1: p2p",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   gpu-1:\n"
		   "     hypervisor: kvm\n"
		   "     nvlink: all\n"
		   "     gpus:\n"
		   "       g0: {board: a40, address: 07:00.0}\n"
		   "       g1: {board: a40, address: 0b:00.0}\n"
		   " vms:\n"
		   "   train-1:\n"
		   "     host: gpu-1\n"
		   "     vcpus: 16\n"
		   "     memory: 128GiB\n"
		   "     p2p: nvlink\n"
		   "     vgpu: A40-48C\n"
		   "-    gpus: [g0]\n"
		   "+    gpus: [g0, g1]\n",
};
