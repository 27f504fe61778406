#include "rules/fixes.h"
#include "rules/vgpu.h"

/* Whole framebuffer, on a board that the tables list, but not the C series that they list. */
static bool check(struct judge *judge, const struct vm_gpu *g)
{
	const struct vgpu_type *listed = p2p_type_of(judge, g);
	char series = g->type->series;
	struct finding *f;

	if (!wants_p2p(g) || !listed || !g->type->whole_framebuffer || series == 'C')
		return false;
	/* NVIDIA's own configuration gives Q types some of what C types have; A and B types
	 * nothing. */
	f = report_as(judge, series == 'Q' ? SEVERITY_WARNING : SEVERITY_ERROR, g->vgpu.at,
		      "'%s' is of the %c series, but NVIDIA lists P2P for the C series%s",
		      quoted(judge, g->vgpu.s), series, series == 'Q' ? " only" : "");
	note_board(judge, f, g);
	finding_help(judge->findings, f, "use %.*s, or write p2p: none", STR_ARG(listed->name));
	fix_type(judge, f, g, listed);
	return true;
}

const struct rule rule_p2p_vgpu_series = {
	.name = "p2p-vgpu-series",
	.severity = SEVERITY_ERROR,
	.flags = RULE_UNSAFE_FIX,
	.summary = "P2P with a vGPU that is not of the C series (Q: a warning)",
	.vgpu_type = check,
	.what = "A VM needs P2P between its vGPUs, and one has its GPU's whole framebuffer but is "
		"of the A, B or Q series. An error for A and B, a warning for Q.",
	.why = "NVIDIA's P2P tables belong to vGPU for Compute, whose types are the C series. A "
	       "and B types are for streamed applications and virtual desktops and not part of "
	       "it. A full-size Q type may support P2P in practice: the vGPU configuration of "
	       "driver 510.47.03 allows several of them in one VM, as it does for the C type. No "
	       "document confirms that it gets NVLink.",
	.source = "NVIDIA AI Enterprise 8.1, vGPU, Peer-to-Peer CUDA Transfers, tables 29 to 31",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   gpu-1:\n"
		   "     hypervisor: kvm\n"
		   "     nvlink: all\n"
		   "     gpus:\n"
		   "       g0: {board: a40, address: 07:00.0}\n"
		   "       g1: {board: a40, address: 0b:00.0}\n"
		   " vms:\n"
		   "   render-1:\n"
		   "     host: gpu-1\n"
		   "     vcpus: 16\n"
		   "     memory: 128GiB\n"
		   "     p2p: nvlink\n"
		   "-    vgpu: A40-48A\n"
		   "+    vgpu: A40-48C\n"
		   "     gpus: [g0, g1]\n",
};
