#include "rules/clique.h"

static bool same_chip(const struct gpu *a, const struct gpu *b)
{
	return a->board && b->board && str_eq(a->board->chip, b->board->chip);
}

static gpu_mask of_chip(const struct host *host, const struct clique *c, const struct gpu *gpu)
{
	gpu_mask mask = 0;

	for (uint32_t i = 0; i < host->n_gpus; i++)
		if (clique_has(c, &host->gpus[i]) && same_chip(&host->gpus[i], gpu))
			mask |= UINT64_C(1) << i;
	return mask;
}

/* `[g0, g1], [g2, g3]`: the clique taken apart by chip, without what then stands alone. */
static struct str taken_apart(struct judge *judge, const struct host *host, const struct clique *c)
{
	struct str text = STR("");
	gpu_mask done = 0;

	for (uint32_t i = 0; i < host->n_gpus; i++) {
		gpu_mask part = of_chip(host, c, &host->gpus[i]);

		if (!clique_has(c, &host->gpus[i]) || part & done || __builtin_popcountll(part) < 2)
			continue;
		done |= part;
		text = arena_printf(judge->arena, "%.*s%s%.*s", STR_ARG(text), text.n ? ", " : "",
				    STR_ARG(gpu_list(judge, host, part)));
	}
	return text;
}

static void check_clique(struct judge *judge, const struct host *host, const struct clique *c)
{
	const struct gpu *first = NULL, *other = NULL;
	struct finding *f;
	struct str parts;

	for (uint32_t i = 0; i < host->n_gpus && !other; i++) {
		const struct gpu *gpu = &host->gpus[i];

		if (!clique_has(c, gpu) || !gpu->board || !gpu->board->chip.n)
			continue;
		if (!first)
			first = gpu;
		else if (!same_chip(first, gpu))
			other = gpu;
	}
	if (!other)
		return;
	f = report(judge, member_at(c, other),
		   "'%.*s' (%.*s) is in the same clique as '%.*s' (%.*s)",
		   STR_ARG(other->spec->name.s), STR_ARG(other->board->chip),
		   STR_ARG(first->spec->name.s), STR_ARG(first->board->chip));
	note_chip(judge, f, first);
	note_chip(judge, f, other);
	parts = taken_apart(judge, host, c);
	if (parts.n)
		finding_help(judge->findings, f, "write one clique per chip: %s%.*s%s",
			     c->group ? "" : "[", STR_ARG(parts), c->group ? " instead" : "]");
	else
		finding_help(judge->findings, f,
			     "remove the group: no two of its GPUs have the same chip");
}

static void check(struct judge *judge, const struct host *host)
{
	for (uint32_t i = 0; i < host->n_cliques && host->cliques_wanted; i++)
		check_clique(judge, host, &host->cliques[i]);
}

const struct rule rule_clique_mixed_models = {
	.name = "clique-mixed-models",
	.severity = SEVERITY_ERROR,
	.summary = "GPUs of different chips in one clique",
	.host = check,
	.what = "A group of `pcie_p2p` contains GPUs with different chips, on a host whose guests "
		"see cliques. Different boards with the same chip are fine.",
	.why = "On bare metal the driver refuses P2P between GPUs with different chips. In a "
	       "guest it checks the clique first, and an equal clique grants P2P before the chips "
	       "are compared, so the guest uses P2P that the driver allows nowhere else.",
	.source = "NVIDIA open-gpu-kernel-modules 595.45.04: the clique is asked before "
		  "areGpusP2PCompatible, which wants one architecture and implementation",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   gpu-1:\n"
		   "     hypervisor: kvm\n"
		   "     managed_by: proxmox\n"
		   "-    pcie_p2p: [[g0, g1, g2]]\n"
		   "+    pcie_p2p: [[g0, g1]]\n"
		   "     gpus:\n"
		   "       g0: {board: l40s, address: 05:00.0}\n"
		   "       g1: {board: l40s, address: 06:00.0}\n"
		   "       g2: {board: a40, address: 07:00.0}\n",
};
