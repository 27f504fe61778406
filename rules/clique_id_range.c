#include "rules/clique.h"
#include "rules/p2p.h"

static const char *free_id(struct judge *judge, const struct host *host)
{
	unsigned id = free_clique_id(host);

	return id < MAX_CLIQUES ? arena_printf(judge->arena, " (%u is free)", id).p : "";
}

/* The user's own text: the number may be negative or too large for any integer. */
static void check_id(struct judge *judge, const struct host *host, const struct clique *c)
{
	struct finding *f;

	if (!c->group || !span_given(c->group->clique.at) || c->id < MAX_CLIQUES)
		return;
	f = report(judge, c->group->clique.at, "clique '%s' is out of range: ids are 0 to %d",
		   written(judge, c->group->clique.at), MAX_CLIQUES - 1);
	finding_help(
		judge->findings, f,
		"use an id that no other group has%s, or remove the key: groups without an id are "
		"numbered",
		free_id(judge, host));
}

static void check(struct judge *judge, const struct host *host)
{
	if (!host->cliques_wanted)
		return;
	for (uint32_t i = 0; i < host->n_cliques; i++)
		check_id(judge, host, &host->cliques[i]);
	if (host->n_cliques > MAX_CLIQUES)
		finding_help(judge->findings,
			     report(judge, host->cliques[MAX_CLIQUES].at,
				    "host '%.*s' has %u cliques, but there are only %d ids",
				    STR_ARG(host->spec->name.s), host->n_cliques, MAX_CLIQUES),
			     "remove the groups that no VM needs");
}

const struct rule rule_clique_id_range = {
	.name = "clique-id-range",
	.severity = SEVERITY_ERROR,
	.summary = "a clique id outside 0 to 15, or more than 16 cliques",
	.host = check,
	.what = "A group of `pcie_p2p` has a clique id outside 0 to 15, or a host has more than 16 "
		"groups, and guests see the host's cliques.",
	.why = "The capability has four bits for the id. QEMU refuses to start a VM with a larger "
	       "one (\"valid range 0-15\"); libvirt does not check it.",
	.source = "QEMU, vfio-pci property x-nv-gpudirect-clique (tried with 7.2); libvirt 9.0 to "
		  "12.8 (tried)",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   gpu-1:\n"
		   "     hypervisor: kvm\n"
		   "     managed_by: proxmox\n"
		   "-    pcie_p2p: [{gpus: [g0, g1], clique: 16}]\n"
		   "+    pcie_p2p: [{gpus: [g0, g1], clique: 15}]\n"
		   "     gpus:\n"
		   "       g0: {board: l40s, address: 05:00.0}\n"
		   "       g1: {board: l40s, address: 06:00.0}\n",
};
