#include "rules/clique.h"
#include "schema/keys.h"

static void check(struct judge *judge, const struct host *host)
{
	for (uint32_t i = 0; i < host->n_cliques && host->cliques_wanted; i++) {
		for (uint32_t g = 0; g < host->n_gpus; g++) {
			const struct gpu *gpu = &host->gpus[g];
			struct finding *f;

			if (!clique_has(&host->cliques[i], gpu) || gpu->board || gpu->board_wrong ||
			    !span_given(gpu->spec->board.at))
				continue;
			f = report(judge, member_at(&host->cliques[i], gpu),
				   "'%.*s' is in a clique, and the catalog lacks its board '%s'",
				   STR_ARG(gpu->spec->name.s), quoted(judge, gpu->spec->board.s));
			finding_note(judge->findings, f, gpu->spec->board.at, "its board");
			finding_help(
				judge->findings, f,
				"see to it that all GPUs of the clique have one chip and none is a "
				"GeForce; `gpuplan boards` lists what is known");
		}
	}
}

const struct rule rule_clique_unknown_board = {
	.name = "clique-unknown-board",
	.severity = SEVERITY_WARNING,
	.summary = "a board that the catalog lacks in a clique",
	.host = check,
	.what = "A group of `pcie_p2p` holds a GPU whose PCI id the catalog lacks, on a host whose "
		"cliques are written out.",
	.why = "Whether the GPU has the chip of the others, and whether it is a GeForce, cannot be "
	       "judged; a clique grants P2P in both cases all the same.",
	.source = "as for clique-mixed-models and clique-geforce",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   gpu-1:\n"
		   "     hypervisor: kvm\n"
		   "     managed_by: proxmox\n"
		   "     pcie_p2p: [[g0, g1]]\n"
		   "     gpus:\n"
		   "       g0: {board: l40s, address: 05:00.0}\n"
		   "-      g1: {board: 10de:fffe, address: 06:00.0}\n"
		   "+      g1: {board: 10de:26b9, address: 06:00.0}\n",
};
