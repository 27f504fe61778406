#include "rules/clique.h"

static void check(struct judge *judge, const struct host *host)
{
	struct finding *f;

	if (!host->cliques_wanted || !host->nvswitch)
		return;
	f = report(judge, host->pcie_p2p_at,
		   "cliques on '%.*s' have no effect: with NVSwitch the guest's driver does no P2P "
		   "over PCIe",
		   STR_ARG(host->spec->name.s));
	if (span_given(host->spec->nvswitch.at))
		finding_note(judge->findings, f, host->spec->nvswitch.at, "the host's NVSwitch");
	else
		finding_note(judge->findings, f, host->spec->gpus.at,
			     "more than four GPUs of boards with NVSwitch");
	finding_help(judge->findings, f, "write pcie_p2p: none; its GPUs do P2P with p2p: nvlink");
}

const struct rule rule_clique_nvswitch = {
	.name = "clique-nvswitch",
	.severity = SEVERITY_WARNING,
	.summary = "cliques on a host with NVSwitch have no effect",
	.host = check,
	.what = "A host with NVSwitch has groups in `pcie_p2p`, and its guests see cliques.",
	.why = "With NVSwitch the driver does P2P over NVLink only. It does not fall back to "
	       "PCIe, so it never checks the clique. Such a guest needs its Fabric Manager "
	       "partition instead.",
	.source = "NVIDIA open-gpu-kernel-modules 595.45.04, p2p_caps.c: with NVSwitch and no "
		  "NVLink P2P the answer is NOT_SUPPORTED",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   hgx-1:\n"
		   "     hypervisor: kvm\n"
		   "     managed_by: proxmox\n"
		   "     nvswitch: {mode: bare-metal}\n"
		   "-    pcie_p2p: all\n"
		   "+    pcie_p2p: none\n"
		   "     gpus:\n"
		   "       g0: {board: a100-sxm4-80gb, address: 07:00.0}\n"
		   "       g1: {board: a100-sxm4-80gb, address: 0b:00.0}\n",
};
