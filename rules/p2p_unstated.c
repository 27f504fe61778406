#include "compiler/finding/rule.h"
#include "compiler/plan/plan.h"
#include "schema/keys.h"

/* The key may be in a profile that is not there. */
static bool may_be_stated(const struct vm *vm)
{
	return span_given(vm->spec->p2p.at) || vm_broken(vm->spec, p2p) ||
	       (span_given(vm->spec->profile.at) && !vm->profile);
}

static void check(struct judge *judge, const struct vm *vm)
{
	struct finding *f;

	if (vm->n_gpus < 2 || may_be_stated(vm))
		return;
	f = report(judge, vm->spec->name.at,
		   "VM '%.*s' has %u GPUs but does not say whether they need P2P",
		   STR_ARG(vm->spec->name.s), vm->n_gpus);
	finding_help(judge->findings, f,
		     "write p2p: nvlink%s to have it checked, or p2p: none if they need no P2P",
		     vm->n_vgpus ? "" : " or p2p: pcie");
}

const struct rule rule_p2p_unstated = {
	.name = "p2p-unstated",
	.severity = SEVERITY_NOTE,
	.summary = "a VM with several GPUs does not say whether they need P2P",
	.vm = check,
	.what = "A VM has two or more GPUs, but neither it nor its profile has the key `p2p`.",
	.why = "A guest whose GPUs cannot reach each other still runs: CUDA and NCCL silently "
	       "fall back to host memory, at a fraction of the bandwidth. Only the author knows "
	       "whether that is a fault, so without the key nothing is checked, and this note "
	       "asks.",
	.source = "the spec language, version 1: p2p",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   gpu-1:\n"
		   "     hypervisor: kvm\n"
		   "     gpus:\n"
		   "       g0: {board: l4, address: 07:00.0}\n"
		   "       g1: {board: l4, address: 0b:00.0}\n"
		   " vms:\n"
		   "   infer-1:\n"
		   "     host: gpu-1\n"
		   "     vcpus: 16\n"
		   "     memory: 64GiB\n"
		   "+    p2p: none\n"
		   "     gpus: [g0, g1]\n",
};
