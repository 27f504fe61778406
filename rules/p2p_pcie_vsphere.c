#include "rules/p2p.h"

static void check(struct judge *judge, const struct vm *vm)
{
	struct finding *f;
	uint32_t whole = 0;

	for (uint32_t i = 0; i < vm->n_gpus; i++)
		whole += is_whole(&vm->gpus[i]);
	if (!vm->host->platform->esxi || vm->p2p != P2P_PCIE || whole < 2)
		return;
	f = report(judge, vm->spec->p2p.at,
		   "'pcie': ESXi shows guests no clique, and P2P without one is not confirmed");
	finding_note(judge->findings, f, vm->host->spec->hypervisor.at, "the host is vsphere");
	finding_help(
		judge->findings, f,
		"check in the guest with a copy that is read back at the destination GPU; or write "
		"p2p: none");
}

const struct rule rule_p2p_pcie_vsphere = {
	.name = "p2p-pcie-vsphere",
	.severity = SEVERITY_WARNING,
	.summary = "P2P over PCIe between whole GPUs on vSphere is not confirmed",
	.p2p = check,
	.what = "A VM on vSphere with two or more whole GPUs has `p2p: pcie`.",
	.why = "The VM gets `pciPassthru.allowP2P` and `RelaxACSforP2P`, which let the devices "
	       "reach each other. But the guest's driver grants P2P if the hypervisor shows it a "
	       "clique, which QEMU can do and ESXi is not known to do. With GPUs below different "
	       "root ports the driver was seen to refuse it.",
	.source = "NVIDIA GPU Operator documentation (the keys, for GPUDirect RDMA); NVIDIA "
		  "open-gpu-kernel-modules 595.45.04 (the clique); for ESXi nothing was found",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   esx-1:\n"
		   "     hypervisor: vsphere\n"
		   "     system_id: 65106d9a-406e-5fda-b7ab-b8ca3a63b8b4\n"
		   "     gpus:\n"
		   "       g0: {board: l40, address: 05:00.0}\n"
		   "       g1: {board: l40, address: 06:00.0}\n"
		   " vms:\n"
		   "   infer-1:\n"
		   "     host: esx-1\n"
		   "     vcpus: 16\n"
		   "     memory: 128GiB\n"
		   "-    p2p: pcie\n"
		   "+    p2p: none\n"
		   "     gpus: [g0, g1]\n",
};
