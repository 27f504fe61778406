#include "rules/p2p.h"

static void check(struct judge *judge, const struct vm *vm)
{
	if (!vm->host->platform->esxi)
		return;
	for (uint32_t i = 0; i < vm->n_gpus; i++) {
		const struct vm_gpu *g = &vm->gpus[i];

		/* Items that take the VM's type say the same of the same place: one finding. */
		if (has_sound_type(g) && memchr(g->type->name.p, ' ', g->type->name.n))
			finding_help(
				judge->findings,
				report(judge, g->vgpu.at,
				       "the vSphere spelling of '%.*s' is not confirmed",
				       STR_ARG(g->type->name)),
				"compare with the list that vCenter offers for the host (Add New "
				"Device, PCI Device)");
	}
}

const struct rule rule_vmx_profile_unconfirmed = {
	.name = "vmx-profile-unconfirmed",
	.severity = SEVERITY_WARNING,
	.summary = "a vGPU type whose vSphere profile name is not confirmed",
	.vm = check,
	.what = "A VM on vSphere has a vGPU type whose name contains blanks.",
	.why = "The .vmx names a vGPU by its profile: the driver's name in lower case, with "
	       "`grid_` or `nvidia_` in front. Sources confirm this for names without blanks "
	       "only. With an unknown profile the VM does not power on.",
	.source = "profile names seen in public files (grid_a100x-40c, nvidia_h100xm-80c and "
		  "others); none for these boards",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   esx-1:\n"
		   "     hypervisor: vsphere\n"
		   "     gpus:\n"
		   "-      g0: {board: rtx-pro-6000-blackwell-server, address: 05:00.0}\n"
		   "+      g0: {board: l40, address: 05:00.0}\n"
		   " vms:\n"
		   "   desktop-1:\n"
		   "     host: esx-1\n"
		   "     vcpus: 8\n"
		   "     memory: 64GiB\n"
		   "-    vgpu: RTX Pro 6000 Blackwell DC-96Q\n"
		   "+    vgpu: L40-48Q\n"
		   "     gpus: [g0]\n",
};
