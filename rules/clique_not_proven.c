#include "rules/clique.h"
#include "schema/keys.h"

static gpu_mask gpus_of(const struct vm *vm)
{
	gpu_mask mask = 0;

	for (uint32_t i = 0; i < vm->n_gpus; i++)
		mask |= UINT64_C(1) << vm->gpus[i].gpu->index;
	return mask;
}

/* A profile that is not there may have said it. */
static bool proof_known(const struct host *host)
{
	return host->pcie_p2p_known || (span_given(host->spec->profile.at) && !host->profile);
}

/* A capture that cannot be trusted has been reported. */
static bool has_capture(const struct host *host)
{
	return span_given(host->spec->captures.p2p_read.at) || host_broken(host->spec, captures) ||
	       host->spec->captures.broken;
}

static void check(struct judge *judge, const struct vm *vm)
{
	const struct host *host = vm->host;
	struct finding *f;

	if (!wants_clique(vm) || proof_known(host) || has_capture(host))
		return;
	f = report(judge, vm->spec->p2p.at, "host '%.*s' does not say which GPUs can do PCIe P2P",
		   STR_ARG(host->spec->name.s));
	finding_help(judge->findings, f,
		     "if `nvidia-smi topo -p2p r` on the bare host says OK for every pair, write "
		     "pcie_p2p: [%.*s] in '%.*s', or save its output and name the file in "
		     "captures.p2p_read; else write p2p: none",
		     STR_ARG(gpu_list(judge, host, gpus_of(vm))), STR_ARG(host->spec->name.s));
}

const struct rule rule_clique_not_proven = {
	.name = "clique-not-proven",
	.severity = SEVERITY_ERROR,
	.summary = "PCIe P2P on a host that does not say which GPUs can do it",
	.p2p = check,
	.what = "A VM with `p2p: pcie` and whole GPUs runs on a host that has neither "
		"`pcie_p2p` nor `captures.p2p_read`.",
	.why = "The guest's driver cannot see the real PCIe tree, so it trusts the hypervisor: an "
	       "equal clique warrants that the GPUs were tested with each other on bare metal, "
	       "and nothing checks it again. Without a proof no clique is written, and the guest "
	       "copies through system memory.",
	.source = "NVIDIA open-gpu-kernel-modules 595.45.04, "
		  "_hypervisorCheckVirtualPcieP2PApproval: \"the hypervisor warrants that PCI-E "
		  "P2P has been tested and works correctly between all GPUs with the same clique "
		  "ID on the bare-metal platform\"",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   gpu-1:\n"
		   "     hypervisor: kvm\n"
		   "+    pcie_p2p: [[g0, g1]]\n"
		   "     gpus:\n"
		   "       g0: {board: l40s, address: 05:00.0}\n"
		   "       g1: {board: l40s, address: 06:00.0}\n"
		   " vms:\n"
		   "   infer-1:\n"
		   "     host: gpu-1\n"
		   "     vcpus: 16\n"
		   "     memory: 128GiB\n"
		   "     p2p: pcie\n"
		   "     gpus: [g0, g1]\n",
};
