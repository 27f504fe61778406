#include "rules/clique.h"

static void report_gpu(struct judge *judge, const struct gpu *gpu, const struct clique *first,
		       const struct clique *second)
{
	struct finding *f = report(judge, member_at(second, gpu),
				   "'%.*s' is already in another group",
				   STR_ARG(gpu->spec->name.s));

	finding_note(judge->findings, f, member_at(first, gpu), "the first one");
	finding_help(
		judge->findings, f,
		"a GPU has one clique: write %.*s as one group if every pair is OK, else remove "
		"'%.*s' from one of the two",
		STR_ARG(gpu_list(judge, gpu->host, first->members | second->members)),
		STR_ARG(gpu->spec->name.s));
}

/* Ids that are out of range have been reported, and were clamped: they say nothing. */
static void check_ids(struct judge *judge, const struct host *host, const struct clique *first,
		      const struct clique *second)
{
	struct finding *f;
	unsigned unused = free_clique_id(host);

	if (first->id != second->id || first->id >= MAX_CLIQUES || !second->group ||
	    !span_given(second->group->clique.at))
		return;
	f = report(judge, second->group->clique.at, "another group already has clique %u",
		   (unsigned)first->id);
	finding_note(judge->findings, f, first->group->clique.at, "the first one");
	if (unused < MAX_CLIQUES)
		finding_help(judge->findings, f,
			     "write clique: %u, or join the two groups if every pair is OK",
			     unused);
}

/* The first group before `second` that has the GPU. */
static const struct clique *earlier(const struct host *host, const struct clique *second,
				    const struct gpu *gpu)
{
	for (const struct clique *c = host->cliques; c < second; c++)
		if (clique_has(c, gpu))
			return c;
	return NULL;
}

static const struct clique *earlier_id(const struct host *host, const struct clique *second)
{
	for (const struct clique *c = host->cliques; c < second; c++)
		if (c->id == second->id)
			return c;
	return NULL;
}

static void check(struct judge *judge, const struct host *host)
{
	for (uint32_t i = 1; i < host->n_cliques && host->cliques_wanted; i++) {
		const struct clique *c = &host->cliques[i], *first = earlier_id(host, c);

		if (first)
			check_ids(judge, host, first, c);
		for (uint32_t g = 0; g < host->n_gpus; g++) {
			const struct gpu *gpu = &host->gpus[g];

			first = clique_has(c, gpu) ? earlier(host, c, gpu) : NULL;
			if (first)
				report_gpu(judge, gpu, first, c);
		}
	}
}

const struct rule rule_clique_split = {
	.name = "clique-split",
	.severity = SEVERITY_ERROR,
	.summary = "one GPU in two cliques, or one id for two cliques",
	.host = check,
	.what = "A GPU is in two groups of `pcie_p2p`, or two groups have the same clique id, on a "
		"host whose guests see cliques.",
	.why = "A GPU shows a single clique id, so it can only belong to one group. Two groups "
	       "with the same id are one clique to the guest, which then trusts pairs that nobody "
	       "tested.",
	.source = "NVIDIA open-gpu-kernel-modules 595.45.04, objClLoadPcieVirtualP2PApproval: one "
		  "id a GPU, compared for equality",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   gpu-1:\n"
		   "     hypervisor: kvm\n"
		   "     managed_by: proxmox\n"
		   "-    pcie_p2p: [[g0, g1], [g1, g2]]\n"
		   "+    pcie_p2p: [[g0, g1]]\n"
		   "     gpus:\n"
		   "       g0: {board: l40s, address: 05:00.0}\n"
		   "       g1: {board: l40s, address: 06:00.0}\n"
		   "       g2: {board: l40s, address: 85:00.0}\n",
};
