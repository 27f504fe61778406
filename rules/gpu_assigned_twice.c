#include "rules/p2p.h"

/* The first items of a host that have a GPU: of any kind, and passed through whole. */
struct holders {
	const struct vm_gpu *any[MAX_GPUS], *whole[MAX_GPUS];
};

/* The item before `g` that it clashes with: a whole GPU shares with nothing. NULL: none. */
static const struct vm_gpu *take(struct holders *holders, const struct vm_gpu *g)
{
	uint8_t i = g->gpu->index;
	const struct vm_gpu *first = is_whole(g) ? holders->any[i] : holders->whole[i];

	if (!holders->any[i])
		holders->any[i] = g;
	if (!holders->whole[i] && is_whole(g))
		holders->whole[i] = g;
	return first;
}

static void report_pair(struct judge *judge, const struct vm_gpu *first, const struct vm_gpu *g)
{
	const struct gpu *spare = g->gpu->board ? spare_gpu(g->gpu->host, g->gpu->board) : NULL;
	struct str gpu = g->gpu->spec->name.s, vm = g->vm->spec->name.s,
		   other = first->vm->spec->name.s;
	struct finding *f;

	if (first->is_vgpu || g->is_vgpu)
		f = report(
			judge, g->spec->gpu.at,
			"'%.*s' is passed through whole to VM '%.*s', but VM '%.*s' has a vGPU on it",
			STR_ARG(gpu), STR_ARG(g->is_vgpu ? other : vm),
			STR_ARG(g->is_vgpu ? vm : other));
	else if (first->vm == g->vm)
		f = report(judge, g->spec->gpu.at, "'%.*s' is passed through twice to VM '%.*s'",
			   STR_ARG(gpu), STR_ARG(vm));
	else
		f = report(judge, g->spec->gpu.at,
			   "'%.*s' is passed through to VM '%.*s' and to VM '%.*s'", STR_ARG(gpu),
			   STR_ARG(other), STR_ARG(vm));
	if (first->spec->gpu.at.at != g->spec->gpu.at.at)
		finding_note(judge->findings, f, first->spec->gpu.at, "the first one");
	if (spare)
		finding_help(judge->findings, f, "use %.*s, which is free",
			     STR_ARG(spare->spec->name.s));
	else
		finding_help(judge->findings, f,
			     "give it to one of the VMs, or use vGPUs for both");
}

static void check(struct judge *judge, const struct host *host)
{
	struct holders holders = {0};

	for (uint32_t v = 0; v < host->n_vms; v++)
		for (uint32_t i = 0; i < host->vms[v]->n_gpus; i++) {
			const struct vm_gpu *g = &host->vms[v]->gpus[i], *first;

			/* Whether it is whole is not known where its type could not be read. */
			if (!g->gpu || !(g->is_vgpu || is_whole(g)))
				continue;
			first = take(&holders, g);
			if (first)
				report_pair(judge, first, g);
		}
}

const struct rule rule_gpu_assigned_twice = {
	.name = "gpu-assigned-twice",
	.severity = SEVERITY_ERROR,
	.summary = "a GPU is passed through to two VMs, or twice, or beside a vGPU on it",
	.host = check,
	.what = "A GPU is passed through whole to two VMs of its host or twice to one VM, or it is "
		"passed through and also has vGPUs. Several vGPUs on one GPU are fine.",
	.why = "A GPU that is passed through belongs to one guest and is bound to vfio-pci or "
	       "ESXi's passthrough; vGPUs need the host's own driver on it. The second VM to "
	       "start finds the device busy. VMs that never run at the same time count too, "
	       "because the spec cannot say so.",
	.source =
		"Linux, VFIO: a group has one owner; Virtual GPU Software User Guide, vGPU 17: GPU "
		"pass-through",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   gpu-1:\n"
		   "     hypervisor: kvm\n"
		   "     gpus:\n"
		   "       g0: {board: l40s, address: 07:00.0}\n"
		   "       g1: {board: l40s, address: 0b:00.0}\n"
		   " vms:\n"
		   "   infer-1: {host: gpu-1, vcpus: 8, memory: 32GiB, gpus: [g0]}\n"
		   "-  infer-2: {host: gpu-1, vcpus: 8, memory: 32GiB, gpus: [g0]}\n"
		   "+  infer-2: {host: gpu-1, vcpus: 8, memory: 32GiB, gpus: [g1]}\n",
};
