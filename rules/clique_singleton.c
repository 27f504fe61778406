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
			finding_help(judge->findings,
				     report(judge, c->at, "a clique of %s",
					    empty ? "no GPU"
						  : "one GPU: it has no other to do P2P with"),
				     c->group ? "remove the group, or add the GPUs that it was "
						"proven with"
					      : "write pcie_p2p: none");
	}
}

const struct rule rule_clique_singleton = {
	.name = "clique-singleton",
	.severity = SEVERITY_WARNING,
	.summary = "a clique of one GPU",
	.host = check,
	.what = "A group of `pcie_p2p` holds a single GPU, on a host whose cliques are written "
		"out.",
	.why = "A clique says which GPUs may reach each other. One of a single GPU says nothing, "
	       "and takes one of sixteen ids; mostly its partner was forgotten.",
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
