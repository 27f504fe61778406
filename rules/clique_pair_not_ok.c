#include "compiler/plan/captures.h"
#include "rules/clique.h"

static bool has_partner(const struct vm *vm, const struct vm_gpu *g)
{
	for (uint32_t i = 0; i < vm->n_gpus; i++)
		if (vm->gpus[i].gpu != g->gpu && pcie_p2p_proven(vm->gpus[i].gpu, g->gpu))
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

/* The host's cliques are those of its capture: there is no `pcie_p2p` to point at. */
static bool out_of_capture(const struct host *host)
{
	return host->p2p_read && !span_given(host->spec->pcie_p2p.at);
}

/* An OK pair that its cliques give up. */
static bool is_given_up(const struct gpu *a, const struct gpu *b)
{
	const struct topo_cell *why;

	return out_of_capture(a->host) && capture_proves(a->host, a, b, &why) &&
	       !pcie_p2p_proven(a, b);
}

/* What says that the pair is not proven; `b` NULL: no pair is meant. */
static void note_proof(struct judge *judge, struct finding *f, const struct gpu *a,
		       const struct gpu *b)
{
	const struct host *host = a->host;
	const struct topo_cell *cell;

	if (!b || !(host->p2p_read || host->p2p_write))
		finding_note(judge->findings, f, host->pcie_p2p_at, "the proven groups of '%.*s'",
			     STR_ARG(host->spec->name.s));
	else if (is_given_up(a, b))
		finding_note(
			judge->findings, f, capture_cell(host->p2p_read, a, b)->at,
			"this pair is OK, but a GPU has only one clique, and other pairs are not");
	else if (capture_proves(host, a, b, &cell))
		finding_note(judge->findings, f, host->pcie_p2p_at,
			     "the capture says OK, but these groups do not contain the pair");
	else
		finding_note(judge->findings, f, cell->at, "the capture says %.*s%s",
			     STR_ARG(span_text(judge->plan->sources, cell->at)),
			     cell->is == CELL_NVLINK ? ": NVLink does not prove P2P over PCIe"
						     : "");
}

static void help(struct judge *judge, struct finding *f, const struct vm *vm)
{
	const struct vm_gpu *lonely;
	gpu_mask part = largest_part(vm);
	const char *prove = out_of_capture(vm->host)
				    ? ""
				    : ", or prove the others and add them to pcie_p2p";

	if (vm->scope == SCOPE_VM && count_lonely(vm, &lonely) == 0)
		finding_help(
			judge->findings, f,
			"write p2p_scope: group if P2P within each proven group is enough; else choose "
			"GPUs of one group");
	else if (__builtin_popcountll(part) > 1)
		finding_help(judge->findings, f,
			     "give the VM %.*s, which are proven together%s; or write p2p: none",
			     STR_ARG(gpu_list(judge, vm->host, part)), prove);
	else
		finding_help(judge->findings, f,
			     "give the VM GPUs of one group%s; or write p2p: none",
			     *prove ? ", or prove these and add them to pcie_p2p" : "");
}

/* true: a pair that the cliques give up was reported. */
static bool check_pairs(struct judge *judge, const struct vm *vm)
{
	const struct vm_gpu *a = NULL, *b = NULL;
	struct finding *f;
	uint32_t n = 0;

	for (uint32_t i = 0; i < vm->n_gpus; i++) {
		for (uint32_t j = i + 1; j < vm->n_gpus; j++) {
			if (pcie_p2p_proven(vm->gpus[i].gpu, vm->gpus[j].gpu))
				continue;
			if (n++ == 0)
				a = &vm->gpus[i], b = &vm->gpus[j];
		}
	}
	if (n == 0)
		return false;
	f = report(judge, vm->spec->p2p.at, "PCIe P2P between '%.*s' and '%.*s'%s is not proven",
		   STR_ARG(a->gpu->spec->name.s), STR_ARG(b->gpu->spec->name.s),
		   n == 1 ? "" : arena_printf(judge->arena, " (and %u more pairs)", n - 1).p);
	note_proof(judge, f, a->gpu, b->gpu);
	help(judge, f, vm);
	return is_given_up(a->gpu, b->gpu);
}

static void check_partners(struct judge *judge, const struct vm *vm)
{
	const struct vm_gpu *lonely;
	uint32_t n = count_lonely(vm, &lonely);
	struct finding *f;

	if (n == 0)
		return;
	f = report(judge, vm->spec->p2p.at,
		   "'%.*s'%s shares no proven group with another GPU of the VM",
		   STR_ARG(lonely->gpu->spec->name.s),
		   n == 1 ? "" : arena_printf(judge->arena, " (and %u more)", n - 1).p);
	note_proof(judge, f, lonely->gpu, NULL);
	help(judge, f, vm);
}

/* Which OK pairs the cliques of a capture give up: not an error, but somebody's choice. */
static void report_given_up(struct judge *judge, const struct host *host)
{
	enum { SHOWN = 6 };
	struct span at[FINDING_NOTES] = {{0, 0}};
	struct str pairs = STR("");
	struct finding *f;
	uint32_t n = 0;

	for (uint32_t i = 0; i < host->n_gpus; i++)
		for (uint32_t j = i + 1; j < host->n_gpus; j++) {
			const struct gpu *a = &host->gpus[i], *b = &host->gpus[j];

			if (!is_given_up(a, b))
				continue;
			if (n < FINDING_NOTES)
				at[n] = capture_cell(host->p2p_read, a, b)->at;
			if (n++ < SHOWN)
				pairs = arena_printf(judge->arena, "%.*s%s[%.*s, %.*s]",
						     STR_ARG(pairs), pairs.n ? ", " : "",
						     STR_ARG(a->spec->name.s),
						     STR_ARG(b->spec->name.s));
		}
	if (n == 0)
		return;
	f = report_as(judge, SEVERITY_NOTE, host->pcie_p2p_at,
		      "OK is not transitive here: the cliques of host '%.*s' leave out %.*s%s",
		      STR_ARG(host->spec->name.s), STR_ARG(pairs),
		      n > SHOWN ? arena_printf(judge->arena, " and %u more pairs", n - SHOWN).p
				: "");
	for (uint32_t i = 0; i < FINDING_NOTES && span_given(at[i]); i++)
		finding_note(judge->findings, f, at[i], "OK, in both directions");
	finding_help(
		judge->findings, f,
		"a GPU has one clique; to choose other cliques, write pcie_p2p with the groups "
		"that the VMs need");
}

static void check(struct judge *judge, const struct host *host)
{
	bool told = false;

	for (uint32_t i = 0; i < host->n_vms && host->pcie_p2p_known; i++) {
		const struct vm *vm = host->vms[i];

		if (vm->skip_p2p || !wants_clique(vm))
			continue;
		if (vm->scope == SCOPE_GROUP)
			check_partners(judge, vm);
		else
			told |= check_pairs(judge, vm);
	}
	if (!told && host->cliques_wanted && out_of_capture(host))
		report_given_up(judge, host);
}

const struct rule rule_clique_pair_not_ok = {
	.name = "clique-pair-not-ok",
	.severity = SEVERITY_ERROR,
	.summary = "PCIe P2P between two GPUs of a VM is not proven",
	.host = check,
	.what = "A VM with `p2p: pcie` has two whole GPUs that share no group of its host's "
		"`pcie_p2p`, or no clique of its captures; or, with `p2p_scope: group`, a GPU "
		"without any partner in the VM. A note lists the OK pairs of a capture that its "
		"cliques leave out.",
	.why = "A GPU has one clique, and the guest's driver trusts every pair within it. So "
	       "every pair of a clique must be OK in both directions. OK is not transitive: if a "
	       "reaches b and b reaches c, bridges may still drop what a and c send each other. "
	       "Without a common clique there is no P2P, and the guest copies through system "
	       "memory.",
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
