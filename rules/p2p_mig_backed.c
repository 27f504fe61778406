#include "rules/vgpu.h"

static bool check(struct judge *judge, const struct vm_gpu *g)
{
	const struct vgpu_type *whole = p2p_type_of(judge, g);
	const struct flag *mig = &g->gpu->spec->mig;
	bool backed = g->type->kind == VGPU_MIG_BACKED;
	struct str gpu = g->gpu->spec->name.s;
	struct finding *f;

	if (!wants_p2p(g) || (!backed && !mig->on))
		return false;
	if (backed)
		f = report(judge, g->vgpu.at,
			   "'%s' is MIG-backed, but only time-sliced vGPUs support P2P",
			   quoted(judge, g->vgpu.s));
	else
		f = report(judge, g->vgpu.at,
			   "'%s' is on '%.*s', which is in MIG mode and supports no P2P",
			   quoted(judge, g->vgpu.s), STR_ARG(gpu));
	if (mig->on)
		finding_note(judge->findings, f, mig->at, "MIG is enabled here");
	else
		note_board(judge, f, g);
	if (whole)
		finding_help(judge->findings, f, "use %.*s%s, or write p2p: none",
			     STR_ARG(whole->name), mig->on ? " with mig: false" : "");
	else
		finding_help(judge->findings, f, "write p2p: none");
	return true;
}

const struct rule rule_p2p_mig_backed = {
	.name = "p2p-mig-backed",
	.severity = SEVERITY_ERROR,
	.summary = "P2P with a MIG-backed vGPU",
	.vgpu_type = check,
	.what = "A VM needs P2P between its GPUs, and one of its vGPUs has a MIG-backed type (with "
		"a slice count in its name) or is on a GPU in MIG mode. `A100X-7-40C` is "
		"MIG-backed too, although it has the whole framebuffer.",
	.why = "In MIG mode the driver grants no P2P at all, over NVLink or PCIe: instances have "
	       "no access to the GPU's links. The vGPU still starts, and copies between the GPUs "
	       "go through host memory.",
	.source = "NVIDIA AI Enterprise 8.1, vGPU, Peer-to-Peer CUDA Transfers: \"MIG-backed vGPUs "
		  "are not supported\"; NVIDIA open GPU kernel modules 595.45.04",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   gpu-1:\n"
		   "     hypervisor: kvm\n"
		   "     nvlink: all\n"
		   "     gpus:\n"
		   "       g0: {board: a100-sxm4-40gb, address: 07:00.0}\n"
		   "       g1: {board: a100-sxm4-40gb, address: 0b:00.0}\n"
		   " vms:\n"
		   "   train-1:\n"
		   "     host: gpu-1\n"
		   "     vcpus: 16\n"
		   "     memory: 128GiB\n"
		   "     p2p: nvlink\n"
		   "-    vgpu: A100X-7-40C\n"
		   "+    vgpu: A100X-40C\n"
		   "     gpus: [g0, g1]\n",
};
