#include "rules/p2p.h"

static void check(struct judge *judge, const struct host *host)
{
	for (uint32_t v = 0; v < host->n_vms && host->platform->esxi; v++) {
		for (uint32_t i = 0; i < host->vms[v]->n_gpus; i++) {
			const struct vm_gpu *g = &host->vms[v]->gpus[i];

			if (!has_sound_type(g) || g->type->series != 'C')
				continue;
			finding_help(
				judge->findings,
				report(judge, g->vgpu.at,
				       "'%s' on vSphere needs NVIDIA AI Enterprise",
				       quoted(judge, g->vgpu.s)),
				"check the licence and install the AI Enterprise host driver; without it, vGPU "
				"software has no C-series types on vSphere");
			return;
		}
	}
}

const struct rule rule_vsphere_nvaie = {
	.name = "vsphere-nvaie",
	.severity = SEVERITY_NOTE,
	.summary = "C-series vGPUs on vSphere need NVIDIA AI Enterprise",
	.host = check,
	.what = "A VM on vSphere has a vGPU of the C series (vGPU for Compute).",
	.why = "NVIDIA's vGPU software does not support vGPU for Compute on vSphere: only the "
	       "host driver of AI Enterprise has these types. With the other driver the VM does "
	       "not power on.",
	.source = "NVIDIA vGPU 17, user guide: \"NVIDIA vGPU software does not support vCS on "
		  "VMware vSphere. Therefore, C-series vGPU types are not available\"",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   esx-1:\n"
		   "     hypervisor: vsphere\n"
		   "     gpus:\n"
		   "       g0: {board: l40, address: 05:00.0}\n"
		   " vms:\n"
		   "   infer-1:\n"
		   "     host: esx-1\n"
		   "     vcpus: 8\n"
		   "     memory: 64GiB\n"
		   "-    vgpu: L40-48C\n"
		   "+    vgpu: L40-48Q\n"
		   "     gpus: [g0]\n",
};
