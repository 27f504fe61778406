#include "rules/vgpu.h"

static const struct p2p_row *disputed(struct judge *judge, const struct vm_gpu *g)
{
	const struct p2p_row *row = NULL;

	if (wants_p2p(g) && g->gpu->board)
		row = catalog_p2p(judge->plan->catalog, g->gpu->board, g->type);
	return row && row->listing == P2P_LISTED_CONFLICTING ? row : NULL;
}

static bool check(struct judge *judge, const struct vm_gpu *g)
{
	const struct p2p_row *row = disputed(judge, g);
	struct finding *f;

	if (!row)
		return false;
	if (row->docs_type.n && row->type.n)
		f = report(judge, g->vgpu.at,
			   "'%s': NVIDIA's P2P table calls it %.*s, but its driver %.*s",
			   quoted(judge, g->vgpu.s), STR_ARG(row->docs_type), STR_ARG(row->type));
	else
		f = report(judge, g->vgpu.at,
			   "'%s': NVIDIA's NVSwitch table lists it, but its P2P table does not",
			   quoted(judge, g->vgpu.s));
	note_board(judge, f, g);
	finding_help(judge->findings, f,
		     "used as written; `nvidia-smi vgpu -s` on the host prints the name, and "
		     "`nvidia-smi topo -m` in the guest shows NV# if P2P works");
	return true;
}

const struct rule rule_p2p_conflicting_docs = {
	.name = "p2p-conflicting-docs",
	.severity = SEVERITY_WARNING,
	.summary = "NVIDIA's sources disagree on a vGPU type that must do P2P",
	.vgpu_type = check,
	.what = "A VM needs P2P between its vGPUs, and NVIDIA's sources disagree on the type of "
		"one: {types:conflicting}. They use two names for it, or one table lists it and "
		"another does not.",
	.why = "Which source is right is not confirmed, so the type is used as written. If the "
	       "host's driver does not know the name, it creates no vGPU; if the type has no P2P, "
	       "copies go through host memory.",
	.source = "NVIDIA AI Enterprise 8.1, vGPU, Peer-to-Peer CUDA Transfers; Infra 6, NVSwitch; "
		  "the name table of NVIDIA's open GPU kernel modules 595.45.04",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   gpu-1:\n"
		   "     hypervisor: kvm\n"
		   "     nvlink: all\n"
		   "     gpus:\n"
		   "       g0: {board: h800-sxm5-80gb, address: 07:00.0, bar1: 128GiB, vfs: "
		   "[\"07:00.4\"]}\n"
		   "       g1: {board: h800-sxm5-80gb, address: 0b:00.0, bar1: 128GiB, vfs: "
		   "[\"0b:00.4\"]}\n"
		   " vms:\n"
		   "   train-1:\n"
		   "     host: gpu-1\n"
		   "     vcpus: 16\n"
		   "     memory: 128GiB\n"
		   "-    p2p: nvlink\n"
		   "+    p2p: none\n"
		   "     vgpu: H800XM-80C\n"
		   "     gpus: [g0, g1]\n",
};
