#include "rules/p2p.h"
#include "schema/keys.h"

static const struct vm_gpu *first_whole(const struct host *host)
{
	for (uint32_t v = 0; v < host->n_vms; v++)
		for (uint32_t i = 0; i < host->vms[v]->n_gpus; i++)
			if (host->vms[v]->gpus[i].gpu && is_whole(&host->vms[v]->gpus[i]))
				return &host->vms[v]->gpus[i];
	return NULL;
}

static void check(struct judge *judge, const struct host *host)
{
	const struct vm_gpu *g = first_whole(host);
	struct finding *f;

	if (!host->platform->host_id || !g || span_given(host->spec->system_id.at) ||
	    host_broken(host->spec, system_id))
		return;
	f = report(judge, host->spec->name.at,
		   "'%.*s' has no 'system_id', which the entry of a whole GPU needs",
		   STR_ARG(host->spec->name.s));
	finding_note(judge->findings, f, g->spec->at, "VM '%.*s' has one",
		     STR_ARG(g->vm->spec->name.s));
	finding_help(judge->findings, f,
		     "add system_id: UUID, as `esxcli system uuid get` prints it");
}

const struct rule rule_vmx_system_id = {
	.name = "vmx-system-id",
	.severity = SEVERITY_NOTE,
	.summary = "whole GPUs on a vSphere host without its system id",
	.host = check,
	.what = "A VM on vSphere has a whole GPU, but its host has no `system_id`.",
	.why = "A passthrough entry names the host in `pciPassthruN.systemId`, because the PCI "
	       "address is only valid there. Without the id the entry lacks it and must be "
	       "completed by hand or by vCenter.",
	.source = "a .vmx of ESXi with virtual hardware 21 (public); what ESXi does without the "
		  "entry is not confirmed",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   esx-1:\n"
		   "     hypervisor: vsphere\n"
		   "+    system_id: 65106d9a-406e-5fda-b7ab-b8ca3a63b8b4\n"
		   "     gpus:\n"
		   "       g0: {board: l40, address: 05:00.0}\n"
		   " vms:\n"
		   "   infer-1: {host: esx-1, vcpus: 8, memory: 64GiB, gpus: [g0]}\n",
};
