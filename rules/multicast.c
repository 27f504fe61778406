/* NVLink multicast (NVLS): on the types that NVIDIA lists, with unified memory. */
#include "rules/fixes.h"
#include "rules/p2p.h"
#include "schema/keys.h"

/* The type, or the one that the other source of a disputed row calls it (B300X-269C, -279C). */
static bool offers(struct judge *judge, const struct vm_gpu *g)
{
	struct catalog *catalog = judge->plan->catalog;
	const struct board *board = g->gpu ? g->gpu->board : NULL;
	const struct p2p_row *row = board ? catalog_p2p(catalog, board, g->type) : NULL;
	const struct vgpu_type *other = NULL;

	if (row && row->listing == P2P_LISTED_CONFLICTING && row->docs_type.n)
		other = catalog_vgpu_type(catalog, row->docs_type);
	return catalog_multicast(catalog, g->type) || (other && catalog_multicast(catalog, other));
}

static void report_uvm(struct judge *judge, const struct vm_gpu *g)
{
	const struct vm *vm = g->vm;
	bool is_written = span_given(g->uvm.at);
	struct span at = is_written ? g->uvm.at : vm->spec->multicast.at;
	struct finding *f;

	f = report(judge, at, "VM '%.*s' has multicast, which needs unified memory, but that is %s",
		   STR_ARG(vm->spec->name.s), g->uvm.is == UVM_FALSE ? "off" : "off by default");
	if (is_written)
		finding_note(judge->findings, f, vm->spec->multicast.at,
			     "multicast is requested here");
	finding_help(judge->findings, f, "write %s, or multicast: false",
		     uvm_is_param(g) ? "enable_uvm: 1" : "uvm: true");
	fix_uvm(judge, f, g, true);
}

/* What says it could not be read, or is in a profile that is not there. */
static bool is_lost(const struct vm_gpu *g)
{
	const struct vm_spec *spec = g->vm->spec;

	return vm_gpu_broken(g->spec, uvm) || vm_gpu_broken(g->spec, vgpu_params) ||
	       vm_broken(spec, uvm) || vm_broken(spec, vgpu_params) ||
	       (span_given(spec->profile.at) && !g->vm->profile);
}

static bool needs_uvm(struct judge *judge, const struct vm_gpu *g)
{
	return g->is_vgpu && g->uvm.is != UVM_TRUE && !is_lost(g) && has_sound_type(g) &&
	       offers(judge, g);
}

static bool is_said(struct judge *judge, const struct vm *vm, uint32_t i)
{
	for (uint32_t j = 0; j < i; j++)
		if (needs_uvm(judge, &vm->gpus[j]) &&
		    vm->gpus[j].uvm.at.at == vm->gpus[i].uvm.at.at)
			return true;
	return false;
}

static void check_uvm(struct judge *judge, const struct vm *vm)
{
	for (uint32_t i = 0; i < vm->n_gpus && vm->multicast; i++)
		if (needs_uvm(judge, &vm->gpus[i]) && !is_said(judge, vm, i))
			report_uvm(judge, &vm->gpus[i]);
}

const struct rule rule_multicast_needs_uvm = {
	.name = "multicast-needs-uvm",
	.severity = SEVERITY_ERROR,
	.flags = RULE_FIX,
	.summary = "NVLink multicast without unified memory",
	.vm = check_uvm,
	.what = "A VM has `multicast: true` and vGPUs whose type supports NVLink multicast, but "
		"not `uvm: true` for all of them.",
	.why = "NVIDIA requires unified memory for multicast in a vGPU, and it is off unless the "
	       "plugin parameter `enable_uvm` turns it on. Without multicast NCCL silently uses "
	       "its other algorithms; that this happens here is an inference. (Rule uvm-on-a100 "
	       "is the opposite case: there unified memory disables P2P, and there is no "
	       "multicast.)",
	.source = "NVIDIA AI Enterprise, vGPU, NVLink multicast: time-sliced vGPUs of full size, "
		  "unified memory enabled",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   gpu-1:\n"
		   "     hypervisor: kvm\n"
		   "     nvlink: all\n"
		   "     gpus:\n"
		   "       g0: {board: h100-sxm5-80gb, address: 07:00.0, vfs: [\"07:00.4\"]}\n"
		   "       g1: {board: h100-sxm5-80gb, address: 0b:00.0, vfs: [\"0b:00.4\"]}\n"
		   " vms:\n"
		   "   train-1:\n"
		   "     host: gpu-1\n"
		   "     vcpus: 16\n"
		   "     memory: 128GiB\n"
		   "     p2p: nvlink\n"
		   "-    multicast: true\n"
		   "+    multicast: false\n"
		   "     vgpu: H100XM-80C\n"
		   "     gpus: [g0, g1]\n",
};

/* The type of that board which offers it; NULL: none. */
static const struct vgpu_type *listed_type(struct judge *judge, const struct board *board)
{
	size_t n;
	const struct vgpu_type *types = catalog_vgpu_types(judge->plan->catalog, &n);

	for (size_t i = 0; i < n && board && board->vgpu_code.n; i++)
		if (str_eq(types[i].board_code, board->vgpu_code) &&
		    catalog_multicast(judge->plan->catalog, &types[i]))
			return &types[i];
	return NULL;
}

static void check_type(struct judge *judge, const struct vm *vm)
{
	for (uint32_t i = 0; i < vm->n_gpus && vm->multicast; i++) {
		const struct vm_gpu *g = &vm->gpus[i];
		const struct vgpu_type *listed;
		struct finding *f;

		if (!g->is_vgpu || !has_sound_type(g) || offers(judge, g))
			continue;
		f = report(judge, vm->spec->multicast.at,
			   "VM '%.*s' has multicast, which '%s' does not support",
			   STR_ARG(vm->spec->name.s), quoted(judge, g->vgpu.s));
		finding_note(judge->findings, f, g->vgpu.at, "the type is here");
		listed = listed_type(judge, g->gpu ? g->gpu->board : NULL);
		finding_help(judge->findings, f, "write multicast: false%s%.*s",
			     listed ? ", or use " : "", STR_ARG(listed ? listed->name : STR("")));
		return;
	}
}

const struct rule rule_multicast_unsupported = {
	.name = "multicast-unsupported",
	.severity = SEVERITY_ERROR,
	.summary = "NVLink multicast on a vGPU type that does not support it",
	.vm = check_type,
	.what = "A VM has `multicast: true`, but NVIDIA does not list the type of one of its vGPUs "
		"for NVLink multicast. Listed are {types:multicast}.",
	.why = "Multicast (NVLS) runs in the NVSwitches of newer baseboards and is offered to "
	       "vGPUs that own a whole GPU there. Elsewhere NCCL silently uses slower algorithms. "
	       "If the documents and the driver have different names for a type (rule "
	       "p2p-conflicting-docs), both are accepted.",
	.source = "NVIDIA AI Enterprise, vGPU, NVLink multicast",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   gpu-1:\n"
		   "     hypervisor: kvm\n"
		   "     nvlink: all\n"
		   "     gpus:\n"
		   "       g0: {board: a100-sxm4-80gb, address: 07:00.0}\n"
		   "       g1: {board: a100-sxm4-80gb, address: 0b:00.0}\n"
		   " vms:\n"
		   "   train-1:\n"
		   "     host: gpu-1\n"
		   "     vcpus: 16\n"
		   "     memory: 128GiB\n"
		   "     p2p: nvlink\n"
		   "-    multicast: true\n"
		   "     vgpu: A100DX-80C\n"
		   "     gpus: [g0, g1]\n",
};
