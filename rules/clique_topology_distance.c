/* Cliques over the far side of the machine, as its `nvidia-smi topo -m` tells. */
#include "compiler/plan/captures.h"
#include "rules/clique.h"

static enum cell_kind distance(const struct gpu *a, const struct gpu *b)
{
	return capture_cell(a->host->topo, a, b)->is;
}

/* How many pairs of the clique are that far, and the first of them. */
static uint32_t count_pairs(const struct host *host, const struct clique *c, enum cell_kind far,
			    const struct gpu *first[2])
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < host->n_gpus; i++)
		for (uint32_t j = i + 1; j < host->n_gpus; j++) {
			const struct gpu *a = &host->gpus[i], *b = &host->gpus[j];

			if (!clique_has(c, a) || !clique_has(c, b) || distance(a, b) != far ||
			    n++ > 0)
				continue;
			first[0] = a;
			first[1] = b;
		}
	return n;
}

/* The members that stay together without pairs that are so far: `[g0, g1], [g2, g3]`. */
static struct str nearer_groups(struct judge *judge, const struct host *host,
				const struct clique *c, enum cell_kind far)
{
	struct str text = STR("");
	gpu_mask left = c->members;

	for (uint32_t i = 0; i < host->n_gpus; i++) {
		gpu_mask group = UINT64_C(1) << i;

		if (!(left & group))
			continue;
		for (uint32_t j = i + 1; j < host->n_gpus; j++)
			if (left >> j & 1 && distance(&host->gpus[i], &host->gpus[j]) < far)
				group |= UINT64_C(1) << j;
		left &= ~group;
		if (group & (group - 1))
			text = arena_printf(judge->arena, "%.*s%s%.*s", STR_ARG(text),
					    text.n ? ", " : "",
					    STR_ARG(gpu_list(judge, host, group)));
	}
	return text;
}

static void check_clique(struct judge *judge, const struct host *host, const struct clique *c)
{
	const struct gpu *pair[2];
	uint32_t n = count_pairs(host, c, CELL_SYS, pair);
	bool sys = n > 0;
	struct finding *f;
	struct str groups;

	if (!sys)
		n = count_pairs(host, c, CELL_NODE, pair);
	if (n == 0)
		return;
	f = report_as(judge, sys ? SEVERITY_WARNING : SEVERITY_NOTE, member_at(c, pair[1]),
		      sys ? "clique %u: '%.*s' and '%.*s' are on different sockets%s"
			  : "clique %u: '%.*s' and '%.*s' sit behind different host bridges of a "
			    "NUMA node%s",
		      (unsigned)c->id, STR_ARG(pair[0]->spec->name.s),
		      STR_ARG(pair[1]->spec->name.s),
		      n == 1 ? "" : arena_printf(judge->arena, " (and %u more pairs)", n - 1).p);
	finding_note(judge->findings, f, capture_cell(host->topo, pair[0], pair[1])->at,
		     "%s in the capture", sys ? "SYS" : "NODE");
	groups = nearer_groups(judge, host, c, sys ? CELL_SYS : CELL_NODE);
	if (groups.n)
		finding_help(
			judge->findings, f,
			"measure P2P; if it is no faster than copies through memory, write pcie_p2p: [%.*s]",
			STR_ARG(groups));
	else
		finding_help(
			judge->findings, f,
			"measure P2P; if it is no faster than copies through memory, write p2p: none");
}

static void check(struct judge *judge, const struct host *host)
{
	for (uint32_t i = 0; i < host->n_cliques && host->cliques_wanted && host->topo; i++)
		check_clique(judge, host, &host->cliques[i]);
}

const struct rule rule_clique_topology_distance = {
	.name = "clique-topology-distance",
	.severity = SEVERITY_WARNING,
	.summary = "a clique whose GPUs are on different sockets",
	.host = check,
	.what = "The host's capture of `nvidia-smi topo -m` shows SYS between two GPUs of a clique "
		"(a note for NODE), and guests see the host's cliques.",
	.why = "A peer-to-peer write between sockets crosses both root complexes and the link "
	       "between them. Many platforms forward it slowly, and some drop it. The guest "
	       "cannot see that: within a clique all pairs look equal, so the driver uses the "
	       "slow path where a copy through memory could be faster.",
	.source = "nvidia-smi topo: the legends of SYS and NODE; NVIDIA NCCL, NCCL_P2P_LEVEL",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   gpu-1:\n"
		   "     hypervisor: kvm\n"
		   "     managed_by: proxmox\n"
		   "     captures: {topo: captures/gpu-1.topo-m.txt}\n"
		   "-    pcie_p2p: [[g0, g1, g2, g3]]\n"
		   "+    pcie_p2p: [[g0, g1], [g2, g3]]\n"
		   "     gpus:\n"
		   "       g0: {board: l40s, address: 05:00.0}\n"
		   "       g1: {board: l40s, address: 06:00.0}\n"
		   "       g2: {board: l40s, address: 85:00.0}\n"
		   "       g3: {board: l40s, address: 86:00.0}\n",
};
