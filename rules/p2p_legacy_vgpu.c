#include "rules/versions.h"
#include "rules/vgpu.h"

static bool is_listed_old(struct judge *judge, const struct vm_gpu *g)
{
	const struct p2p_row *row = NULL;

	if (wants_p2p(g) && g->gpu->board)
		row = catalog_p2p(judge->plan->catalog, g->gpu->board, g->type);
	return row && row->listing == P2P_LISTED_OLD;
}

static bool check(struct judge *judge, const struct vm_gpu *g)
{
	const struct version *vgpu = &g->gpu->host->spec->versions.vgpu;
	const char *row = "vgpu_p2p_old_rows_dropped";
	struct str dropped;
	struct finding *f;

	if (!is_listed_old(judge, g) || (span_given(vgpu->at) && older_than(judge, *vgpu, row)))
		return false;
	dropped = release_of(judge, row)->text;
	f = report(judge, g->vgpu.at, "'%s' is only in the P2P tables of older releases",
		   quoted(judge, g->vgpu.s));
	note_board(judge, f, g);
	if (span_given(vgpu->at))
		finding_note(judge->findings, f, vgpu->at, "this release is %.*s or later",
			     STR_ARG(dropped));
	finding_help(
		judge->findings, f,
		"use vGPU software before %.*s and give it in versions.vgpu, or write p2p: none",
		STR_ARG(dropped));
	return true;
}

const struct rule rule_p2p_legacy_vgpu = {
	.name = "p2p-legacy-vgpu",
	.severity = SEVERITY_WARNING,
	.summary = "P2P with a vGPU type that only older releases list",
	.vgpu_type = check,
	.what = "A VM needs P2P between its vGPUs, and newer P2P tables no longer list the type of "
		"one: {types:old}. Not reported if `versions.vgpu` is below "
		"{release:vgpu_p2p_old_rows_dropped}.",
	.why = "Older P2P tables list these boards, newer ones do not. It is not confirmed which "
	       "release dropped them, nor whether a newer vGPU manager refuses P2P or is just not "
	       "tested with them; {release:vgpu_p2p_old_rows_dropped} is assumed to be the first "
	       "without them.",
	.source = "{source:vgpu_p2p_old_rows_dropped}; NVIDIA vGPU on KVM (GRID 9.0)",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   gpu-1:\n"
		   "     hypervisor: kvm\n"
		   "-    versions: {vgpu: 18.2}\n"
		   "+    versions: {vgpu: 16.8}\n"
		   "     nvlink: all\n"
		   "     gpus:\n"
		   "       g0: {board: v100-sxm2-16gb, address: 07:00.0}\n"
		   "       g1: {board: v100-sxm2-16gb, address: 0b:00.0}\n"
		   " vms:\n"
		   "   train-1:\n"
		   "     host: gpu-1\n"
		   "     vcpus: 16\n"
		   "     memory: 128GiB\n"
		   "     p2p: nvlink\n"
		   "     vgpu: V100X-16C\n"
		   "     gpus: [g0, g1]\n",
};
