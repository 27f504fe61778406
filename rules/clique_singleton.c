#include "rules/clique.h"

/* By the names in the group: one that the host lacks has been reported. */
static bool is_single(const struct host *host, const struct clique *c)
{
	return c->group ? !c->group->broken && c->group->gpus.n < 2 : host->n_gpus < 2;
}

static void check(struct judge *judge, const struct host *host)
{
	for (uint32_t i = 0; i < host->n_cliques && host->cliques_wanted; i++) {
		const struct clique *c = &host->cliques[i];
		bool empty = c->group && c->group->gpus.n == 0;

		if (is_single(host, c))
			finding_help(
				judge->findings,
				report(judge, c->at, "a clique of %s",
				       empty ? "no GPU"
					     : "the clique has a single GPU, which has no peer for P2P"),
				c->group
					? "remove the group, or add the GPUs that were proven with it"
					: "write pcie_p2p: none");
	}
}

const struct rule rule_clique_singleton = {
	.name = "clique-singleton",
	.severity = SEVERITY_WARNING,
	.summary = "a clique of one GPU",
	.host = check,
	.what = "A group of `pcie_p2p` contains a single GPU, on a host whose guests see cliques.",
	.why = "A clique lists GPUs that may reach each other. With a single GPU it has no effect "
	       "and takes one of 16 ids; most likely its partner was forgotten.",
	.source = "NVIDIA open-gpu-kernel-modules 595.45.04, "
		  "_hypervisorCheckVirtualPcieP2PApproval",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   gpu-1:\n"
		   "     hypervisor: kvm\n"
		   "     managed_by: proxmox\n"
		   "-    pcie_p2p: [[g0]]\n"
		   "+    pcie_p2p: [[g0, g1]]\n"
		   "     gpus:\n"
		   "       g0: {board: l40s, address: 05:00.0}\n"
		   "       g1: {board: l40s, address: 06:00.0}\n",
};
