#include "compiler/finding/rule.h"
#include "compiler/plan/plan.h"

static void check(struct judge *judge, const struct host *host)
{
	const struct flag *iommu = &host->spec->iommu;

	if (!span_given(iommu->at) || iommu->on)
		return;
	for (uint32_t i = 0; i < host->n_vms; i++) {
		const struct vm *vm = host->vms[i];
		struct finding *f;

		if (!vm->n_gpus)
			continue;
		f = report(judge, iommu->at,
			   "'iommu: false': without an IOMMU, no GPU can be assigned to VM '%.*s'",
			   STR_ARG(vm->spec->name.s));
		finding_note(judge->findings, f, vm->spec->gpus.at, "the VM's GPUs");
		finding_help(judge->findings, f,
			     "enable VT-d or AMD-Vi in the machine's firmware and in the kernel "
			     "(intel_iommu=on), then write iommu: true");
		return;
	}
}

const struct rule rule_iommu_off = {
	.name = "iommu-off",
	.severity = SEVERITY_ERROR,
	.summary = "GPUs are assigned on a host without an IOMMU",
	.host = check,
	.what = "A host has `iommu: false`, but one of its VMs has a GPU.",
	.why = "A GPU in a VM uses the guest's addresses. Only the IOMMU translates them to the "
	       "host's and keeps the GPU away from all other memory, so without one VFIO does not "
	       "assign the device.",
	.source = "Linux kernel documentation, driver-api/vfio.rst; NVIDIA vGPU user guide: VT-d "
		  "or AMD-Vi is a prerequisite",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   gpu-1:\n"
		   "     hypervisor: kvm\n"
		   "-    iommu: false\n"
		   "+    iommu: true\n"
		   "     gpus:\n"
		   "       g0: {board: l40s, address: 05:00.0}\n"
		   " vms:\n"
		   "   infer-1: {host: gpu-1, vcpus: 8, memory: 64GiB, gpus: [g0]}\n",
};
