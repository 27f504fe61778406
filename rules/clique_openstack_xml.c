#include "rules/clique.h"

static void check(struct judge *judge, const struct host *host)
{
	struct finding *f;

	if (!host->cliques_wanted || !host->platform->rewriter)
		return;
	f = report(judge, host->spec->managed_by.at,
		   "%s rewrites the domain XML at every start, which drops the cliques of '%.*s'",
		   host->platform->rewriter, STR_ARG(host->spec->name.s));
	finding_note(judge->findings, f, host->pcie_p2p_at, "the host's cliques");
	finding_help(
		judge->findings, f,
		"install clique-map.json on the host, and the wrapper that reads it in place of "
		"QEMU");
}

const struct rule rule_clique_openstack_xml = {
	.name = "clique-openstack-xml",
	.severity = SEVERITY_NOTE,
	.summary = "OpenStack rewrites the domain XML: install the clique map and the wrapper",
	.host = check,
	.what = "A host with cliques is managed by OpenStack.",
	.why = "Nova generates the domain XML at every start and supports neither overrides nor a "
	       "custom emulator. It cannot rewrite the QEMU binary, though: a wrapper in its "
	       "place adds the clique to each GPU's device, from the map that compile writes for "
	       "the host.",
	.source = "\"Enabling GPUDirect P2P in OpenStack VMs\" (a cloud operator's article); "
		  "behaviour of Nova beyond it is not confirmed",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   gpu-1:\n"
		   "     hypervisor: kvm\n"
		   "-    managed_by: openstack\n"
		   "+    managed_by: libvirt\n"
		   "     pcie_p2p: [[g0, g1]]\n"
		   "     gpus:\n"
		   "       g0: {board: l40s, address: 05:00.0}\n"
		   "       g1: {board: l40s, address: 06:00.0}\n",
};
