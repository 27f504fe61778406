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
				   "'%.*s' is in a clique, but its board '%s' is unknown",
				   STR_ARG(gpu->spec->name.s), quoted(judge, gpu->spec->board.s));
			finding_note(judge->findings, f, gpu->spec->board.at, "its board");
			finding_help(
				judge->findings, f,
				"make sure that all GPUs of the clique have the same chip and none is a GeForce; "
				"`gpuplan boards` lists the known boards");
		}
	}
}

const struct rule rule_clique_unknown_board = {
	.name = "clique-unknown-board",
	.severity = SEVERITY_WARNING,
	.summary = "an unknown board in a clique",
	.host = check,
	.what = "A group of `pcie_p2p` contains a GPU whose PCI id is not in the catalog, on a "
		"host whose guests see cliques.",
	.why = "A clique grants P2P even between different chips and to GeForce boards, and for "
	       "an unknown board gpuplan cannot tell whether it is either.",
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
