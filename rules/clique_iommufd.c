#include "rules/clique.h"
#include "rules/versions.h"

/* The newest release that was read covers its stable updates. */
static bool newer_than_read(struct judge *judge, struct version qemu)
{
	struct version newest = release_of(judge, "qemu_iommufd_no_p2p_newest")->version;

	qemu.part[2] = newest.part[2];
	qemu.part[3] = newest.part[3];
	return span_given(qemu.at) && version_cmp(qemu, newest) > 0;
}

/* Once a host: its backend is what must change. */
static void check(struct judge *judge, const struct host *host)
{
	bool newer = newer_than_read(judge, host->spec->versions.qemu);
	const char *verdict = newer ? "is not known to have" : "has no";
	struct finding *f;

	if (!host->cliques_wanted || host->spec->iommu_backend.is != IOMMU_IOMMUFD)
		return;
	f = report_as(
		judge, newer ? SEVERITY_WARNING : SEVERITY_ERROR, host->spec->iommu_backend.at,
		"'iommufd' %s P2P between GPUs, so the cliques of '%.*s' would promise P2P that "
		"does not work",
		verdict, STR_ARG(host->spec->name.s));
	finding_note(judge->findings, f, host->pcie_p2p_at, "the host's cliques");
	finding_help(judge->findings, f, "write iommu_backend: legacy");
}

const struct rule rule_clique_iommufd = {
	.name = "clique-iommufd",
	.severity = SEVERITY_ERROR,
	.summary = "no P2P between GPUs behind iommufd",
	.host = check,
	.what = "A VM with `p2p: pcie` and whole GPUs runs on a host with `iommu_backend: "
		"iommufd`. A warning if QEMU is newer than {release:qemu_iommufd_no_p2p_newest}, "
		"the latest release whose documentation was checked.",
	.why = "For P2P between two devices of a guest, the BAR of one must be mapped in the "
	       "IOMMU of the other. QEMU's legacy VFIO backend maps it; the iommufd backend does "
	       "not yet. The clique would still tell the guest that P2P works, and copies would "
	       "fault. Kernel support is being developed.",
	.source =
		"{source:qemu_iommufd_no_p2p_newest}, up to {release:qemu_iommufd_no_p2p_newest}: "
		"\"PCI p2p DMA is unsupported as IOMMUFD doesn't support mapping hardware PCI BAR "
		"region yet\"",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   gpu-1:\n"
		   "     hypervisor: kvm\n"
		   "-    iommu_backend: iommufd\n"
		   "+    iommu_backend: legacy\n"
		   "     pcie_p2p: [[g0, g1]]\n"
		   "     gpus:\n"
		   "       g0: {board: l40s, address: 05:00.0}\n"
		   "       g1: {board: l40s, address: 06:00.0}\n"
		   " vms:\n"
		   "   infer-1:\n"
		   "     host: gpu-1\n"
		   "     vcpus: 16\n"
		   "     memory: 128GiB\n"
		   "     p2p: pcie\n"
		   "     gpus: [g0, g1]\n",
};
