#include "rules/p2p.h"

static bool counts(const struct vm_gpu *g, const struct gpu *gpu)
{
	return g->is_vgpu && g->gpu == gpu && has_sound_type(g) &&
	       g->type->kind == VGPU_TIME_SLICED;
}

static void report_pair(struct judge *judge, const struct vm_gpu *first, const struct vm_gpu *g)
{
	const struct architecture *arch = g->gpu->board->arch;
	bool lacks = arch && !arch->mixed_size;
	struct str gpu = g->gpu->spec->name.s;
	struct finding *f;

	f = report_as(judge, lacks ? SEVERITY_ERROR : SEVERITY_WARNING, g->vgpu.at,
		      "'%s' beside '%s' on '%.*s': %s", quoted(judge, g->vgpu.s),
		      quoted(judge, first->vgpu.s), STR_ARG(gpu),
		      lacks ? "this GPU's architecture supports one type at a time"
			    : "different types on one GPU need mixed-size mode");
	if (first->vgpu.at.at != g->vgpu.at.at)
		finding_note(judge->findings, f, first->vgpu.at,
			     "the first vGPU on '%.*s', of '%.*s'", STR_ARG(gpu),
			     STR_ARG(first->vm->spec->name.s));
	if (lacks)
		finding_help(judge->findings, f, "use %.*s here too, or use another GPU",
			     STR_ARG(first->type->name));
	else
		finding_help(judge->findings, f,
			     "use %.*s here too, or enable mixed-size mode for the GPU on the host",
			     STR_ARG(first->type->name));
}

/* One finding a GPU: at the first vGPU whose type is not that of the first one there. */
static void check_gpu(struct judge *judge, const struct host *host, const struct gpu *gpu)
{
	const struct vm_gpu *first = NULL;

	for (uint32_t v = 0; v < host->n_vms; v++) {
		const struct vm *vm = host->vms[v];

		for (uint32_t i = 0; i < vm->n_gpus; i++) {
			if (!counts(&vm->gpus[i], gpu))
				continue;
			if (!first)
				first = &vm->gpus[i];
			if (vm->gpus[i].type == first->type)
				continue;
			report_pair(judge, first, &vm->gpus[i]);
			return;
		}
	}
}

static void check(struct judge *judge, const struct host *host)
{
	for (uint32_t i = 0; i < host->n_gpus; i++)
		if (host->gpus[i].board)
			check_gpu(judge, host, &host->gpus[i]);
}

const struct rule rule_vgpu_mixed_types = {
	.name = "vgpu-mixed-types",
	.severity = SEVERITY_WARNING,
	.summary = "different time-sliced types on one GPU (an error where it has no mixed-size "
		   "mode)",
	.host = check,
	.what = "Time-sliced vGPUs of different types share a GPU, in one VM or in several. A "
		"warning where the GPU has a mixed-size mode, which allows it "
		"({architectures:mixed_size}), an error on the other architectures.",
	.why = "By default all vGPUs of a GPU have the same framebuffer size: the first one to "
	       "start sets it, and a VM with another size does not start until the first has "
	       "stopped. Mixed-size mode lifts this; it is enabled on the host while no vGPU "
	       "runs, and reduces the number of vGPUs for some sizes. Whether types of the same "
	       "size but different series can share a GPU without it depends on the release and "
	       "is not checked.",
	.source = "Virtual GPU Software User Guide, vGPU 17: time-sliced vGPU configurations; "
		  "NVIDIA AI Enterprise Infra 6, vGPU types",
	.example =
		" version: 1\n"
		" hosts:\n"
		"   gpu-1:\n"
		"     hypervisor: kvm\n"
		"     gpus:\n"
		"       g0: {board: a40, address: 07:00.0}\n"
		" vms:\n"
		"   infer-1: {host: gpu-1, vcpus: 8, memory: 32GiB, vgpu: A40-24C, gpus: [g0]}\n"
		"-  infer-2: {host: gpu-1, vcpus: 8, memory: 32GiB, vgpu: A40-12C, gpus: [g0]}\n"
		"+  infer-2: {host: gpu-1, vcpus: 8, memory: 32GiB, vgpu: A40-24C, gpus: [g0]}\n",
};
