/* vGPUs of one VM that do not go together: first with P2P in mind, then at all. Both look only at
 * VMs whose types are all sound. */
#include <assert.h>

#include "rules/p2p.h"
#include "rules/versions.h"

static const struct board *board_of(const struct vm_gpu *g)
{
	return g->gpu ? g->gpu->board : NULL;
}

/* An unknown board may be the same one. */
static bool boards_differ(const struct vm_gpu *a, const struct vm_gpu *b)
{
	return board_of(a) && board_of(b) && board_of(a) != board_of(b);
}

/* A GPU that is passed through whole beside a vGPU counts as another type. */
static bool differ(const struct vm_gpu *a, const struct vm_gpu *b)
{
	return a->type != b->type || boards_differ(a, b);
}

/* The first member that is unlike the group's first; NULL: they are all alike. */
static const struct vm_gpu *odd_one(const struct p2p_group *group)
{
	bool vgpus = group->members[0]->is_vgpu;

	for (uint32_t i = 1; i < group->n; i++)
		vgpus |= group->members[i]->is_vgpu;
	for (uint32_t i = 1; vgpus && i < group->n; i++)
		if (differ(group->members[0], group->members[i]))
			return group->members[i];
	return NULL;
}

static struct str board_text(const struct vm_gpu *g)
{
	return g->gpu->board ? g->gpu->board->id : g->gpu->spec->board.s;
}

/* "A40-48C on a40", "rtx-a6000 passed through whole" */
static const char *kind_text(struct judge *judge, const struct vm_gpu *g)
{
	struct str board = board_text(g);

	if (!g->is_vgpu)
		return arena_printf(judge->arena, "%.*s passed through whole", STR_ARG(board)).p;
	return arena_printf(judge->arena, "%.*s on %.*s", STR_ARG(g->type->name), STR_ARG(board)).p;
}

/* What of the item to point at: its type where the types differ and it has one of its own. */
static struct span place(const struct vm_gpu *g, const struct vm_gpu *other)
{
	return g->type != other->type && span_given(g->spec->vgpu.at) ? g->spec->vgpu.at
								      : g->spec->gpu.at;
}

static void report_group(struct judge *judge, const struct p2p_group *group)
{
	const struct vm_gpu *first = group->members[0], *odd = odd_one(group);
	struct finding *f;

	if (!odd)
		return;
	f = report(judge, place(odd, first),
		   "P2P needs vGPUs of one type on one board: '%.*s' is %s, '%.*s' is %s",
		   STR_ARG(first->gpu->spec->name.s), kind_text(judge, first),
		   STR_ARG(odd->gpu->spec->name.s), kind_text(judge, odd));
	finding_note(judge->findings, f, place(first, odd), "the first of the group");
	finding_help(judge->findings, f, "use %s for all of them, or write p2p: none",
		     kind_text(judge, first->is_vgpu ? first : odd));
}

static void check_p2p(struct judge *judge, const struct vm *vm)
{
	for (uint32_t i = 0; i < vm->n_groups; i++)
		report_group(judge, &vm->groups[i]);
}

const struct rule rule_p2p_mixed_vgpu = {
	.name = "p2p-mixed-vgpu",
	.severity = SEVERITY_ERROR,
	.summary = "vGPUs that must do P2P with each other differ in type or board",
	.vgpus = check_p2p,
	.what = "The vGPUs of a VM that must do P2P with each other do not all have the same type "
		"and board. A whole GPU beside a vGPU counts as another type. Checked only if each "
		"type by itself supports P2P.",
	.why = "Each row of NVIDIA's P2P tables is one type on one board, and the guest's driver "
	       "only accepts peers with equal chips. If they differ, the VM starts without P2P. "
	       "That different boards with a common type are refused as well is an inference: no "
	       "document lists such a pair.",
	.source = "NVIDIA AI Enterprise 8.1, vGPU, Peer-to-Peer CUDA Transfers; NVIDIA open GPU "
		  "kernel modules 595.45.04 (areGpusP2PCompatible)",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   gpu-1:\n"
		   "     hypervisor: kvm\n"
		   "     nvlink: all\n"
		   "     gpus:\n"
		   "       g0: {board: a40, address: 07:00.0}\n"
		   "       g1: {board: rtx-a6000, address: 0b:00.0}\n"
		   "       g2: {board: a40, address: 0c:00.0}\n"
		   " vms:\n"
		   "   train-1:\n"
		   "     host: gpu-1\n"
		   "     vcpus: 16\n"
		   "     memory: 128GiB\n"
		   "     p2p: nvlink\n"
		   "     vgpu: A40-48C\n"
		   "-    gpus: [g0, {gpu: g1, vgpu: RTXA6000-48C}]\n"
		   "+    gpus: [g0, g2]\n",
};

/* What p2p-mixed-vgpu has said already. */
static bool is_reported(const struct vm *vm)
{
	for (uint32_t i = 0; i < vm->n_groups; i++)
		if (odd_one(&vm->groups[i]))
			return true;
	return false;
}

static const struct vm_gpu *first_vgpu(const struct vm *vm)
{
	for (uint32_t i = 0; i < vm->n_gpus; i++)
		if (vm->gpus[i].is_vgpu)
			return &vm->gpus[i];
	return NULL;
}

static void report_unlike(struct judge *judge, const struct vm *vm)
{
	const struct vm_gpu *first = first_vgpu(vm);
	struct finding *f;

	assert(first); /* check_multi counted two */
	for (uint32_t i = 0; i < vm->n_gpus; i++) {
		const struct vm_gpu *g = &vm->gpus[i];
		bool series = g->is_vgpu && g->type->series != first->type->series;

		if (!g->is_vgpu || !(series || boards_differ(g, first)))
			continue;
		f = report(judge, place(g, first),
			   "vGPUs of one VM need one board and one series: '%.*s' is %s, '%.*s' is "
			   "%s",
			   STR_ARG(first->gpu->spec->name.s), kind_text(judge, first),
			   STR_ARG(g->gpu->spec->name.s), kind_text(judge, g));
		finding_note(judge->findings, f, place(first, g), "the first vGPU of '%.*s'",
			     STR_ARG(vm->spec->name.s));
		finding_help(judge->findings, f, "use %c-series types on %.*s for all of them",
			     first->type->series, STR_ARG(board_text(first)));
		return;
	}
}

/* Smaller than the framebuffer: a part of it, or a MIG instance that is not the whole GPU. */
static bool is_part(struct judge *judge, const struct vm_gpu *g)
{
	const struct board *board = board_of(g);

	if (g->type->kind == VGPU_TIME_SLICED)
		return !g->type->whole_framebuffer;
	return board && g->type->mig_slices < catalog_mig_slices(judge->plan->catalog, board);
}

static void report_parts(struct judge *judge, const struct vm *vm)
{
	const struct version *esxi = &vm->host->spec->versions.esxi;
	const char *row = "esxi_multi_vgpu_fractional";
	struct finding *f;

	if (!vm->host->platform->esxi || !span_given(esxi->at) || !older_than(judge, *esxi, row))
		return;
	for (uint32_t i = 0; i < vm->n_gpus; i++) {
		const struct vm_gpu *g = &vm->gpus[i];
		const struct vgpu_type *whole;

		if (!g->is_vgpu || !is_part(judge, g))
			continue;
		whole = whole_type_like(judge, g->type);
		f = report(
			judge, g->vgpu.at,
			"'%s' is smaller than '%.*s', and '%.*s' has %u vGPUs: ESXi %s then supports "
			"full-size vGPUs only",
			quoted(judge, g->vgpu.s), STR_ARG(g->gpu->spec->name.s),
			STR_ARG(vm->spec->name.s), vm->n_vgpus, written(judge, esxi->at));
		finding_note(judge->findings, f, esxi->at, "this release is before %.*s",
			     STR_ARG(release_of(judge, row)->text));
		finding_help(judge->findings, f,
			     "use ESXi %.*s or later%s%.*s, or give the VM one vGPU",
			     STR_ARG(release_of(judge, row)->text), whole ? ", use " : "",
			     STR_ARG(whole ? whole->name : STR("")));
		return;
	}
}

static void check_multi(struct judge *judge, const struct vm *vm)
{
	if (vm->n_vgpus < 2)
		return;
	if (!is_reported(vm))
		report_unlike(judge, vm);
	report_parts(judge, vm);
}

const struct rule rule_vgpu_multi_unsupported = {
	.name = "vgpu-multi-unsupported",
	.severity = SEVERITY_ERROR,
	.summary = "several vGPUs in one VM that the hypervisor or the driver does not support "
		   "together",
	.vgpus = check_multi,
	.what = "A VM has several vGPUs of different boards or series; or one of them is smaller "
		"than its GPU's framebuffer and the host runs ESXi before "
		"{release:esxi_multi_vgpu_fractional}.",
	.why = "vGPUs of one VM may differ in framebuffer, but the vGPU manager requires the same "
	       "board and series. vSphere before {release:esxi_multi_vgpu_fractional} attaches a "
	       "second vGPU only if both are full size. Otherwise the VM does not start. Some "
	       "types cannot share a VM with others at all; which ones is not confirmed, so this "
	       "rule does not cover them.",
	.source = "{source:esxi_multi_vgpu_fractional}, Multi-vGPU",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   esx-1:\n"
		   "     hypervisor: vsphere\n"
		   "-    versions: {esxi: 7.0u3}\n"
		   "+    versions: {esxi: {release:esxi_multi_vgpu_fractional}}\n"
		   "     gpus:\n"
		   "       g0: {board: a40, address: 07:00.0}\n"
		   "       g1: {board: a40, address: 0b:00.0}\n"
		   " vms:\n"
		   "   render-1:\n"
		   "     host: esx-1\n"
		   "     vcpus: 16\n"
		   "     memory: 64GiB\n"
		   "     p2p: none\n"
		   "     vgpu: A40-24Q\n"
		   "     gpus: [g0, g1]\n",
};
