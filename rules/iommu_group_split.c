#include "rules/clique.h"
#include "rules/p2p.h"

/* The first VM's item that has the GPU whole; NULL: no VM has. */
static const struct vm_gpu *owner_of(const struct gpu *gpu)
{
	for (uint32_t v = 0; v < gpu->host->n_vms; v++) {
		const struct vm *vm = gpu->host->vms[v];

		for (uint32_t i = 0; i < vm->n_gpus; i++)
			if (vm->gpus[i].gpu == gpu && is_whole(&vm->gpus[i]))
				return &vm->gpus[i];
	}
	return NULL;
}

static gpu_mask group_of(const struct gpu *gpu)
{
	gpu_mask mask = 0;

	for (uint32_t i = 0; i < gpu->host->n_gpus; i++) {
		const struct number *group = &gpu->host->gpus[i].spec->iommu_group;

		if (span_given(group->at) && group->n == gpu->spec->iommu_group.n)
			mask |= UINT64_C(1) << i;
	}
	return mask;
}

static void finish(struct judge *judge, struct finding *f, const struct gpu *gpu)
{
	finding_note(judge->findings, f, gpu->spec->iommu_group.at, "the group of '%.*s'",
		     STR_ARG(gpu->spec->name.s));
	finding_help(judge->findings, f,
		     "give %.*s to one VM, or let the machine split the group (enable ACS in its "
		     "firmware)",
		     STR_ARG(gpu_list(judge, gpu->host, group_of(gpu))));
}

/* Two VMs share the group: neither starts while the other runs. */
static bool check_owners(struct judge *judge, const struct host *host, gpu_mask group)
{
	const struct vm_gpu *first = NULL;

	for (uint32_t i = 0; i < host->n_gpus; i++) {
		const struct vm_gpu *owner = group >> i & 1 ? owner_of(&host->gpus[i]) : NULL;
		struct finding *f;

		if (!owner || (first && first->vm == owner->vm))
			continue;
		if (!first) {
			first = owner;
			continue;
		}
		f = report(judge, owner->spec->at,
			   "'%.*s' is in the IOMMU group of '%.*s', which belongs to VM '%.*s'",
			   STR_ARG(owner->spec->gpu.s), STR_ARG(first->spec->gpu.s),
			   STR_ARG(first->vm->spec->name.s));
		finding_note(judge->findings, f, first->spec->at, "'%.*s' goes there",
			     STR_ARG(first->spec->gpu.s));
		finish(judge, f, owner->gpu);
		return true;
	}
	return false;
}

static void check_left(struct judge *judge, const struct host *host, gpu_mask group)
{
	const struct vm_gpu *owner = NULL;
	const struct gpu *left = NULL;
	struct finding *f;

	for (uint32_t i = 0; i < host->n_gpus; i++) {
		const struct vm_gpu *has = group >> i & 1 ? owner_of(&host->gpus[i]) : NULL;

		if (group >> i & 1 && !has && !left)
			left = &host->gpus[i];
		owner = owner ? owner : has;
	}
	if (!owner || !left)
		return;
	f = report_as(judge, SEVERITY_WARNING, owner->spec->at,
		      "'%.*s' is in the IOMMU group of '%.*s', which no VM has",
		      STR_ARG(owner->spec->gpu.s), STR_ARG(left->spec->name.s));
	finish(judge, f, left);
}

static void check(struct judge *judge, const struct host *host)
{
	gpu_mask seen = 0;

	for (uint32_t i = 0; i < host->n_gpus && host->platform->vfio; i++) {
		const struct gpu *gpu = &host->gpus[i];

		if (!span_given(gpu->spec->iommu_group.at) || seen >> i & 1)
			continue;
		seen |= group_of(gpu);
		if (!check_owners(judge, host, group_of(gpu)))
			check_left(judge, host, group_of(gpu));
	}
}

const struct rule rule_iommu_group_split = {
	.name = "iommu-group-split",
	.severity = SEVERITY_ERROR,
	.summary = "whole GPUs of one IOMMU group in different VMs, or one of them in no VM",
	.host = check,
	.what = "Two whole GPUs with the same `iommu_group` are assigned to different VMs; or (a "
		"warning) one is assigned and the other is not.",
	.why = "The IOMMU cannot separate the devices of a group, so VFIO assigns a group as a "
	       "whole. The second VM does not start: \"group is not viable\". An unassigned GPU "
	       "of the group must be bound to vfio-pci as well, so the host cannot use it while "
	       "the VM runs.",
	.source = "Linux kernel documentation, driver-api/vfio.rst: groups",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   gpu-1:\n"
		   "     hypervisor: kvm\n"
		   "     gpus:\n"
		   "       g0: {board: l40s, address: 05:00.0, iommu_group: 14}\n"
		   "-      g1: {board: l40s, address: 06:00.0, iommu_group: 14}\n"
		   "+      g1: {board: l40s, address: 06:00.0, iommu_group: 15}\n"
		   " vms:\n"
		   "   infer-1: {host: gpu-1, vcpus: 8, memory: 64GiB, gpus: [g0]}\n"
		   "   infer-2: {host: gpu-1, vcpus: 8, memory: 64GiB, gpus: [g1]}\n",
};
