#include "rules/fixes.h"
#include "rules/vgpu.h"

/* A time-sliced type of a board in the P2P tables, smaller than the whole framebuffer. */
static bool check(struct judge *judge, const struct vm_gpu *g)
{
	const struct vgpu_type *whole = p2p_type_of(judge, g);
	struct finding *f;

	if (!wants_p2p(g) || !whole || !is_fractional(g->type))
		return false;
	f = report(judge, g->vgpu.at, "'%s' takes %s of %.*s's framebuffer; P2P needs all of it",
		   quoted(judge, g->vgpu.s), framebuffer_part(judge, g),
		   STR_ARG(g->gpu->spec->name.s));
	note_board(judge, f, g);
	finding_help(judge->findings, f, "use %.*s, or write p2p: none", STR_ARG(whole->name));
	fix_type(judge, f, g, whole);
	return true;
}

const struct rule rule_p2p_vgpu_fractional = {
	.name = "p2p-vgpu-fractional",
	.severity = SEVERITY_ERROR,
	.flags = RULE_UNSAFE_FIX,
	.summary = "P2P with a vGPU that has only a part of its GPU's framebuffer",
	.vgpu_type = check,
	.what = "A VM needs P2P between its vGPUs, and one of them has a time-sliced type that is "
		"smaller than its GPU's framebuffer.",
	.why = "The vGPU manager grants NVLink only to a vGPU that owns the whole GPU: the links "
	       "reach the whole framebuffer, including other VMs' parts. A fractional vGPU still "
	       "starts, but its copies to a peer go through host memory, with half the bandwidth "
	       "and thirty times the latency.",
	.source = "NVIDIA AI Enterprise 8.1, vGPU, Peer-to-Peer CUDA Transfers: \"Only ... "
		  "time-sliced "
		  "vGPUs allocated all of the physical GPU framebuffer ... are supported\"",
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
		   "-    vgpu: A100DX-40C\n"
		   "+    vgpu: A100DX-80C\n"
		   "     gpus: [g0, g1]\n",
};
