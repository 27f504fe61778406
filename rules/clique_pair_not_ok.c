#include "rules/clique.h"

static bool proven(const struct vm_gpu *a, const struct vm_gpu *b)
{
	return a->gpu == b->gpu || same_group(a->gpu, b->gpu);
}

static bool has_partner(const struct vm *vm, const struct vm_gpu *g)
{
	for (uint32_t i = 0; i < vm->n_gpus; i++)
		if (vm->gpus[i].gpu != g->gpu && same_group(vm->gpus[i].gpu, g->gpu))
			return true;
	return false;
}

static uint32_t count_lonely(const struct vm *vm, const struct vm_gpu **first)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < vm->n_gpus; i++)
		if (!has_partner(vm, &vm->gpus[i]) && n++ == 0)
			*first = &vm->gpus[i];
	return n;
}

/* The most GPUs of the VM that stand in one group. */
static gpu_mask largest_part(const struct vm *vm)
{
	gpu_mask own = 0, best = 0;

	for (uint32_t i = 0; i < vm->n_gpus; i++)
		own |= UINT64_C(1) << vm->gpus[i].gpu->index;
	for (uint32_t i = 0; i < vm->host->n_cliques; i++) {
		gpu_mask part = own & vm->host->cliques[i].members;

		if (__builtin_popcountll(part) > __builtin_popcountll(best))
			best = part;
	}
	return best;
}

static void help(struct judge *judge, struct finding *f, const struct vm *vm)
{
	const struct vm_gpu *lonely;
	gpu_mask part = largest_part(vm);

	finding_note(judge->findings, f, vm->host->spec->pcie_p2p.at, "what '%.*s' proves",
		     STR_ARG(vm->host->spec->name.s));
	if (vm->scope == SCOPE_VM && count_lonely(vm, &lonely) == 0)
		finding_help(
			judge->findings, f,
			"p2p_scope: group, if P2P within each proven group is enough; else GPUs of "
			"one group");
	else if (__builtin_popcountll(part) > 1)
		finding_help(
			judge->findings, f,
			"%.*s are proven together: give the VM these, or prove the others and add "
			"them to pcie_p2p; or p2p: none",
			STR_ARG(gpu_list(judge, vm->host, part)));
	else
		finding_help(judge->findings, f,
			     "give the VM GPUs of one group, or prove these and add them to "
			     "pcie_p2p; or "
			     "p2p: none");
}

static void check_pairs(struct judge *judge, const struct vm *vm)
{
	const struct vm_gpu *a = NULL, *b = NULL;
	struct finding *f;
	uint32_t n = 0;

	for (uint32_t i = 0; i < vm->n_gpus; i++) {
		for (uint32_t j = i + 1; j < vm->n_gpus; j++) {
			if (proven(&vm->gpus[i], &vm->gpus[j]))
				continue;
			if (n++ == 0)
				a = &vm->gpus[i], b = &vm->gpus[j];
		}
	}
	if (n == 0)
		return;
	f = report(judge, vm->spec->p2p.at, "PCIe P2P between '%.*s' and '%.*s'%s is not proven",
		   STR_ARG(a->gpu->spec->name.s), STR_ARG(b->gpu->spec->name.s),
		   n == 1 ? "" : arena_printf(judge->arena, " (and %u more pairs)", n - 1).p);
	help(judge, f, vm);
}

static void check_partners(struct judge *judge, const struct vm *vm)
{
	const struct vm_gpu *lonely;
	uint32_t n = count_lonely(vm, &lonely);

	if (n)
		help(judge,
		     report(judge, vm->spec->p2p.at,
			    "'%.*s'%s is in no proven group with another GPU of the VM",
			    STR_ARG(lonely->gpu->spec->name.s),
			    n == 1 ? "" : arena_printf(judge->arena, " (and %u more)", n - 1).p),
		     vm);
}

static void check(struct judge *judge, const struct vm *vm)
{
	if (!wants_clique(vm) || !vm->host->pcie_p2p_known)
		return;
	if (vm->scope == SCOPE_GROUP)
		check_partners(judge, vm);
	else
		check_pairs(judge, vm);
}

const struct rule rule_clique_pair_not_ok = {
	.name = "clique-pair-not-ok",
	.severity = SEVERITY_ERROR,
	.summary = "two GPUs that must do PCIe P2P are not proven to",
	.p2p = check,
	.what = "A VM with `p2p: pcie` has two whole GPUs that are in no group of its host's "
		"`pcie_p2p` together; with `p2p_scope: group`, a GPU without any partner in the "
		"VM.",
	.why = "A GPU has one clique, and the guest's driver takes every pair within it as tested. "
	       "So a clique may hold only GPUs where each pair is OK, in both directions. OK does "
	       "not carry over: where a reaches b and b reaches c, a and c may still sit behind "
	       "bridges that drop what they send each other. A pair outside gets no P2P, and the "
	       "guest copies through system memory.",
	.source = "NVIDIA open-gpu-kernel-modules 595.45.04, "
		  "_hypervisorCheckVirtualPcieP2PApproval: P2P only where all GPUs have a clique "
		  "and all are equal",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   gpu-1:\n"
		   "     hypervisor: kvm\n"
		   "     pcie_p2p: [[g0, g1], [g2, g3]]\n"
		   "     gpus:\n"
		   "       g0: {board: l40s, address: 05:00.0}\n"
		   "       g1: {board: l40s, address: 06:00.0}\n"
		   "       g2: {board: l40s, address: 85:00.0}\n"
		   "       g3: {board: l40s, address: 86:00.0}\n"
		   " vms:\n"
		   "   infer-1:\n"
		   "     host: gpu-1\n"
		   "     vcpus: 16\n"
		   "     memory: 128GiB\n"
		   "     p2p: pcie\n"
		   "-    gpus: [g0, g2]\n"
		   "+    gpus: [g0, g1]\n",
};
