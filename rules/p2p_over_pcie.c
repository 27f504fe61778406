/* P2P that the hardware between the GPUs cannot carry. Two vGPUs on one GPU are no pair. */
#include "rules/clique.h"
#include "rules/p2p.h"

/* The VM's GPUs, each once. */
static gpu_mask gpus_of(const struct vm *vm)
{
	gpu_mask mask = 0;

	for (uint32_t i = 0; i < vm->n_gpus; i++)
		mask |= UINT64_C(1) << vm->gpus[i].gpu->index;
	return mask;
}

/* An earlier item of the VM is on the same GPU. */
static bool is_repeat(const struct vm *vm, uint32_t i)
{
	for (uint32_t j = 0; j < i; j++)
		if (vm->gpus[j].gpu == vm->gpus[i].gpu)
			return true;
	return false;
}

/* Pairs without a direct link: how many, and the first one. */
static uint32_t unlinked_pairs(const struct vm *vm, const struct gpu *first[2])
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < vm->n_gpus; i++)
		for (uint32_t j = i + 1; j < vm->n_gpus; j++) {
			const struct gpu *a = vm->gpus[i].gpu, *b = vm->gpus[j].gpu;

			if (is_repeat(vm, i) || is_repeat(vm, j) || nvlink_direct(a, b))
				continue;
			if (n++ == 0) {
				first[0] = a;
				first[1] = b;
			}
		}
	return n;
}

/* GPUs that no other GPU of the VM is linked to: how many, and the first one. */
static uint32_t lone_gpus(const struct vm *vm, const struct gpu **first)
{
	gpu_mask all = gpus_of(vm);
	uint32_t n = 0;

	for (uint32_t i = 0; i < vm->n_gpus; i++) {
		const struct gpu *gpu = vm->gpus[i].gpu;

		if (is_repeat(vm, i) || gpu->host->nvlink[gpu->index] & all)
			continue;
		if (n++ == 0)
			*first = gpu;
	}
	return n;
}

/* The other GPUs that `gpu` is linked to. */
static void help_neighbours(struct judge *judge, struct finding *f, const struct vm *vm,
			    const struct gpu *gpu, bool group)
{
	gpu_mask linked = vm->host->nvlink[gpu->index];
	const struct gpu *lone;
	const char *name = quoted(judge, gpu->spec->name.s);

	if (linked)
		finding_help(judge->findings, f,
			     "'%s' is linked with %.*s: use these%s, or write p2p: none", name,
			     STR_ARG(gpu_list(judge, vm->host, linked)),
			     !group && lone_gpus(vm, &lone) == 0 ? ", p2p_scope: group" : "");
	else
		finding_help(judge->findings, f,
			     "no GPU of host '%.*s' is linked with '%s': write p2p: none",
			     STR_ARG(vm->host->spec->name.s), name);
}

static void check_vm_scope(struct judge *judge, const struct vm *vm)
{
	const struct gpu *pair[2];
	uint32_t n = unlinked_pairs(vm, pair);
	struct finding *f;

	if (n == 0)
		return;
	f = report(judge, vm->spec->p2p.at,
		   "VM '%.*s': '%.*s' and '%.*s' have no direct NVLink connection%s",
		   STR_ARG(vm->spec->name.s), STR_ARG(pair[0]->spec->name.s),
		   STR_ARG(pair[1]->spec->name.s),
		   n == 1 ? "" : arena_printf(judge->arena, " (and %u more pairs)", n - 1).p);
	note_links(judge, f, pair[0], pair[1]);
	help_neighbours(judge, f, vm, pair[0], false);
}

static void check_group_scope(struct judge *judge, const struct vm *vm)
{
	const struct gpu *lone;
	uint32_t n = lone_gpus(vm, &lone);
	struct finding *f;

	/* Several vGPUs on one GPU alone: no pair that a link could join. */
	if (n == 0 || (gpus_of(vm) & (gpus_of(vm) - 1)) == 0)
		return;
	f = report(judge, vm->spec->p2p.at,
		   "VM '%.*s': no NVLink connection joins '%.*s'%s to another of its GPUs",
		   STR_ARG(vm->spec->name.s), STR_ARG(lone->spec->name.s), and_more(judge, n - 1));
	note_links(judge, f, lone, NULL);
	help_neighbours(judge, f, vm, lone, true);
}

static void check_pcie(struct judge *judge, const struct vm *vm)
{
	const struct gpu *pair[2];
	bool linked = vm->host->nvlink && unlinked_pairs(vm, pair) == 0;
	struct finding *f;

	f = report(judge, vm->spec->p2p.at,
		   "VM '%.*s' has vGPUs, which do not support P2P over PCIe",
		   STR_ARG(vm->spec->name.s));
	if (linked)
		finding_note(judge->findings, f, vm->host->nvlink_at,
			     "its GPUs are linked by NVLink");
	finding_help(
		judge->findings, f,
		linked ? "write p2p: nvlink"
		       : "write p2p: none; or write p2p: nvlink and use GPUs that are linked; or pass the "
			 "GPUs through whole");
}

static void check(struct judge *judge, const struct vm *vm)
{
	if (!vm_wants_p2p(vm))
		return;
	if (vm->p2p == P2P_PCIE && vm->n_vgpus)
		check_pcie(judge, vm);
	if (vm->p2p != P2P_NVLINK || !vm->host->nvlink)
		return;
	if (vm->scope == SCOPE_GROUP)
		check_group_scope(judge, vm);
	else
		check_vm_scope(judge, vm);
}

const struct rule rule_p2p_over_pcie = {
	.name = "p2p-over-pcie",
	.severity = SEVERITY_ERROR,
	.flags = RULE_NEVER_OFF,
	.summary = "P2P of vGPUs over PCIe, or over NVLink between GPUs that are not linked",
	.p2p = check,
	.what = "A VM with vGPUs has `p2p: pcie`; or a VM has `p2p: nvlink` and two of its GPUs "
		"have no direct NVLink connection in the host's topology (with `p2p_scope: group`, "
		"one of them is connected to no other). Two vGPUs on one GPU do not count as a "
		"pair.",
	.why = "vGPUs reach peers over NVLink only; the vGPU manager grants no P2P over PCIe. "
	       "NVLink P2P works only between directly linked GPUs, because other GPUs do not "
	       "forward it: in a DGX-1, some pairs have no link. Nothing fails visibly: the "
	       "guest's driver reports no P2P, and every copy goes through host memory. So this "
	       "rule is never off.",
	.source = "NVIDIA AI Enterprise 8.1, vGPU, Peer-to-Peer CUDA Transfers: \"P2P transfers "
		  "over PCIe are not supported\"; NVIDIA vGPU on KVM (GRID 9.0): direct NVLink "
		  "connections",
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
		   "-    p2p: pcie\n"
		   "+    p2p: nvlink\n"
		   "     vgpu: A100DX-80C\n"
		   "     gpus: [g0, g1]\n",
};
