#include "rules/p2p.h"

static void check(struct judge *judge, const struct host *host)
{
	const struct versions_spec *v = &host->spec->versions;
	struct finding *f;

	if (!span_given(v->fabric_manager.at) || !span_given(v->driver.at) ||
	    version_cmp(v->fabric_manager, v->driver) == 0)
		return;
	f = report(judge, v->fabric_manager.at, "Fabric Manager '%s' does not match driver '%s'",
		   written(judge, v->fabric_manager.at), written(judge, v->driver.at));
	finding_note(judge->findings, f, v->driver.at, "the driver that runs the GPUs");
	finding_help(judge->findings, f, "install Fabric Manager %s", written(judge, v->driver.at));
}

const struct rule rule_fabric_manager_version = {
	.name = "fabric-manager-version",
	.severity = SEVERITY_ERROR,
	.summary = "Fabric Manager and the GPUs' driver have different versions",
	.host = check,
	.what = "`versions.fabric_manager` and `versions.driver` differ. The driver is the one "
		"that runs the GPUs: with `nvswitch.mode: shared`, the guest's.",
	.why = "The protocol between Fabric Manager and the driver changes with every release. "
	       "With another release, Fabric Manager refuses to start, or the fabric stays "
	       "unconfigured and CUDA fails to initialise in the guest. Update the host's Fabric "
	       "Manager together with the guest's driver.",
	.source = "NVIDIA Fabric Manager for NVSwitch Systems, user guide (WP-12736); a cloud "
		  "operator's report with 580.95.05",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   hgx-1:\n"
		   "     hypervisor: kvm\n"
		   "-    versions: {driver: 580.95.05, fabric_manager: 580.82.07}\n"
		   "+    versions: {driver: 580.95.05, fabric_manager: 580.95.05}\n"
		   "     gpus:\n"
		   "       g0: {board: h100-sxm5-80gb, address: 1b:00.0}\n",
};
