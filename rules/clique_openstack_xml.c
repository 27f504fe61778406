#include "rules/clique.h"

static void check(struct judge *judge, const struct host *host)
{
	struct finding *f;

	if (!host->cliques_wanted || !host->platform->rewriter)
		return;
	f = report(judge, host->spec->managed_by.at,
		   "%s writes the domain XML anew at each start: the cliques of '%.*s' do not "
		   "survive in it",
		   host->platform->rewriter, STR_ARG(host->spec->name.s));
	finding_note(judge->findings, f, host->pcie_p2p_at, "the host's cliques");
	finding_help(
		judge->findings, f,
		"install clique-map.json on the host, and a wrapper in QEMU's place that reads it");
}

const struct rule rule_clique_openstack_xml = {
	.name = "clique-openstack-xml",
	.severity = SEVERITY_NOTE,
	.summary = "OpenStack rewrites the domain XML: install the clique map and the wrapper",
	.host = check,
	.what = "A host with cliques is managed by OpenStack.",
	.why = "Nova makes the domain XML from its own templates at every start, and knows neither "
	       "an override nor an emulator of one's own. What it cannot rewrite is the QEMU "
	       "binary: a wrapper in its place adds the clique to each GPU's device, from the map "
	       "that compile writes for the host.",
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
