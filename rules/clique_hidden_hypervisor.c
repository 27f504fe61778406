#include "rules/clique.h"
#include "rules/fixes.h"

static void check(struct judge *judge, const struct vm *vm)
{
	struct span at = vm->spec->hide_hypervisor.at;
	struct finding *f;

	if (!wants_clique(vm) || !vm->hide_hypervisor)
		return;
	f = report(judge, at, "'hide_hypervisor: true' makes the guest's driver ignore cliques");
	finding_note(judge->findings, f, vm->spec->p2p.at, "P2P is requested here");
	finding_help(judge->findings, f, "write hide_hypervisor: false, or p2p: none");
	fix_key(judge, f, vm, false, "hide_hypervisor", at, STR("false"), "show the hypervisor");
}

const struct rule rule_clique_hidden_hypervisor = {
	.name = "clique-hidden-hypervisor",
	.severity = SEVERITY_ERROR,
	.flags = RULE_UNSAFE_FIX,
	.summary = "a hidden hypervisor, which makes the guest ignore cliques",
	.p2p = check,
	.what = "A VM with `p2p: pcie` and whole GPUs has `hide_hypervisor: true`.",
	.why = "The driver asks the CPU (CPUID leaf 40000000h) whether it runs under a "
	       "hypervisor, and reads the clique only then. If the hypervisor is hidden, it "
	       "judges by QEMU's PCIe tree, finds no P2P there, and ignores the clique.",
	.source = "NVIDIA open-gpu-kernel-modules 595.45.04, "
		  "_hypervisorCheckVirtualPcieP2PApproval; club-3090, docs/PCIE_P2P.md",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   gpu-1:\n"
		   "     hypervisor: kvm\n"
		   "     pcie_p2p: [[g0, g1]]\n"
		   "     gpus:\n"
		   "       g0: {board: l40s, address: 05:00.0}\n"
		   "       g1: {board: l40s, address: 06:00.0}\n"
		   " vms:\n"
		   "   infer-1:\n"
		   "     host: gpu-1\n"
		   "     vcpus: 16\n"
		   "     memory: 128GiB\n"
		   "     p2p: pcie\n"
		   "-    hide_hypervisor: true\n"
		   "+    hide_hypervisor: false\n"
		   "     gpus: [g0, g1]\n",
};
