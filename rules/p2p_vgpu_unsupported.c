#include "rules/vgpu.h"

static bool check(struct judge *judge, const struct vm_gpu *g)
{
	const struct board *board = g->gpu->board;
	const struct vgpu_type *listed = p2p_type_of(judge, g);
	struct finding *f;

	if (!wants_p2p(g) || !board || catalog_p2p(judge->plan->catalog, board, g->type))
		return false;
	f = report(judge, g->vgpu.at, "'%s' is not in NVIDIA's P2P tables for %.*s",
		   quoted(judge, g->vgpu.s), STR_ARG(board->id));
	note_board(judge, f, g);
	if (listed)
		finding_help(judge->findings, f, "use %.*s, or write p2p: none",
			     STR_ARG(listed->name));
	else
		finding_help(judge->findings, f, "write p2p: none: no vGPU on %.*s supports P2P",
			     STR_ARG(board->id));
	return true;
}

const struct rule rule_p2p_vgpu_unsupported = {
	.name = "p2p-vgpu-unsupported",
	.severity = SEVERITY_ERROR,
	.summary = "P2P with a vGPU type or board that does not support it",
	.vgpu_type = check,
	.what = "A VM needs P2P between its vGPUs, but NVIDIA's P2P tables do not list the type of "
		"one of them on its board.",
	.why = "P2P between vGPUs needs NVLink, which many boards lack; PCIe is no alternative. "
	       "The VM starts, the guest's driver reports no P2P, and copies go through host "
	       "memory.",
	.source = "NVIDIA AI Enterprise 8.1, vGPU, Peer-to-Peer CUDA Transfers, tables 29 to 31; "
		  "Infra 6 for older boards",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   gpu-1:\n"
		   "     hypervisor: kvm\n"
		   "     nvlink: all\n"
		   "     gpus:\n"
		   "       g0: {board: l40s, address: 07:00.0, vfs: [\"07:00.4\"]}\n"
		   "       g1: {board: l40s, address: 0b:00.0, vfs: [\"0b:00.4\"]}\n"
		   " vms:\n"
		   "   train-1:\n"
		   "     host: gpu-1\n"
		   "     vcpus: 16\n"
		   "     memory: 128GiB\n"
		   "-    p2p: nvlink\n"
		   "+    p2p: none\n"
		   "     vgpu: L40S-48C\n"
		   "     gpus: [g0, g1]\n",
};
