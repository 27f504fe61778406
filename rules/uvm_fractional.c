#include "rules/p2p.h"
#include "rules/vgpu.h"

static bool holds(const struct vm_gpu *g)
{
	return g->is_vgpu && g->uvm.is == UVM_TRUE && has_sound_type(g) && is_fractional(g->type);
}

/* One value, one finding: at the first of the vGPUs that it breaks. */
static bool is_said(const struct vm *vm, uint32_t i)
{
	for (uint32_t j = 0; j < i; j++)
		if (holds(&vm->gpus[j]) && vm->gpus[j].uvm.at.at == vm->gpus[i].uvm.at.at)
			return true;
	return false;
}

static void check(struct judge *judge, const struct vm *vm)
{
	for (uint32_t i = 0; i < vm->n_gpus; i++) {
		const struct vm_gpu *g = &vm->gpus[i];
		const struct vgpu_type *whole;
		struct finding *f;

		if (!holds(g) || is_said(vm, i))
			continue;
		whole = whole_type_like(judge, g->type);
		f = report(
			judge, g->uvm.at,
			"VM '%.*s': '%s' has only a part of its GPU's framebuffer, but unified memory "
			"needs all of it",
			STR_ARG(vm->spec->name.s), quoted(judge, g->vgpu.s));
		finding_note(judge->findings, f, g->vgpu.at, "the type is here");
		finding_help(judge->findings, f, "write %s%s%.*s",
			     uvm_is_param(g) ? "enable_uvm: 0" : "uvm: false",
			     whole ? ", or use " : "", STR_ARG(whole ? whole->name : STR("")));
	}
}

const struct rule rule_uvm_fractional = {
	.name = "uvm-fractional",
	.severity = SEVERITY_ERROR,
	.summary = "unified memory for a time-sliced vGPU smaller than the framebuffer",
	.vm = check,
	.what = "`uvm: true` on a time-sliced vGPU that has only a part of its GPU's framebuffer. "
		"MIG-backed types are not checked: all of them support unified memory.",
	.why = "Unified memory moves pages between the GPU and the host on access. NVIDIA "
	       "supports it only if a vGPU has a whole GPU or a MIG instance to itself, not if it "
	       "shares the GPU by time slices. Whether the VM then fails to start or starts "
	       "without it is not confirmed.",
	.source = "NVIDIA AI Enterprise Infra 6, unified memory; 9.0, NVSwitch: \"supported only "
		  "with 1:1 (full-sized) time-sliced vGPUs\"",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   gpu-1:\n"
		   "     hypervisor: kvm\n"
		   "     gpus:\n"
		   "       g0: {board: a40, address: 07:00.0}\n"
		   " vms:\n"
		   "   infer-1:\n"
		   "     host: gpu-1\n"
		   "     vcpus: 8\n"
		   "     memory: 32GiB\n"
		   "     vgpu: A40-24C\n"
		   "-    uvm: true\n"
		   "+    uvm: false\n"
		   "     gpus: [g0]\n",
};
