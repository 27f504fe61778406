#include "rules/clique.h"

static void check_clique(struct judge *judge, const struct host *host, const struct clique *c)
{
	bool verified = c->group && c->group->verified.is == VERIFIED_DESTINATION;
	const struct gpu *first = NULL;
	struct finding *f;
	uint32_t n = 0;

	for (uint32_t i = 0; i < host->n_gpus; i++)
		if (clique_has(c, &host->gpus[i]) && is_geforce(&host->gpus[i]) && n++ == 0)
			first = &host->gpus[i];
	if (!first)
		return;
	f = report_as(
		judge, verified ? SEVERITY_WARNING : SEVERITY_ERROR, member_at(c, first),
		"'%.*s' is a %.*s%s: a clique tells the guest that P2P works, but copies can be "
		"lost silently",
		STR_ARG(first->spec->name.s), STR_ARG(first->board->name),
		n > 1 ? arena_printf(judge->arena, ", one of %u GeForce boards there", n).p : "");
	if (verified)
		finding_note(judge->findings, f, c->group->verified.at, "'verified' is set here");
	else
		finding_note(judge->findings, f, first->spec->board.at, "its board");
	finding_help(
		judge->findings, f,
		verified
			? "verify P2P again after every change of driver, firmware or slot"
			: "%s; if a copy was read back at the destination GPU on this machine, write {gpus: "
			  "%.*s, verified: destination}",
		span_given(host->spec->pcie_p2p.at) ? "take it out of pcie_p2p"
						    : "write pcie_p2p without it",
		STR_ARG(gpu_list(judge, host, c->members)));
}

static void check(struct judge *judge, const struct host *host)
{
	for (uint32_t i = 0; i < host->n_cliques && host->cliques_wanted; i++)
		check_clique(judge, host, &host->cliques[i]);
}

const struct rule rule_clique_geforce = {
	.name = "clique-geforce",
	.severity = SEVERITY_ERROR,
	.flags = RULE_NEVER_OFF,
	.summary = "a GeForce board in a clique, which can lose data silently",
	.host = check,
	.what = "A group of `pcie_p2p` contains a GeForce board on a host whose guests see "
		"cliques. A warning if the group has `verified: destination`.",
	.why = "NVIDIA does not enable PCIe P2P on GeForce boards, but in a guest an equal clique "
	       "grants it anyway. Seen with two RTX 3090: `nvidia-smi topo -p2p` says OK and the "
	       "bandwidth test measures 27 GB/s, but the writes land in a private copy and the "
	       "peer reads zeros; NCCL hangs or computes with wrong data. A patched host driver "
	       "does not help, because the guest's driver decides. The only proof is a copy that "
	       "is read back at the destination GPU.",
	.source = "NVIDIA/nccl issue 2335; club-3090, docs/PCIE_P2P.md (community reports)",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   gpu-1:\n"
		   "     hypervisor: kvm\n"
		   "     managed_by: proxmox\n"
		   "-    pcie_p2p: [[g0, g1]]\n"
		   "+    pcie_p2p: none\n"
		   "     gpus:\n"
		   "       g0: {board: geforce-rtx-3090, address: 05:00.0}\n"
		   "       g1: {board: geforce-rtx-3090, address: 06:00.0}\n",
};
