#include "rules/clique.h"

static gpu_mask claimed(const struct host *host)
{
	gpu_mask mask = 0;

	for (uint32_t i = 0; i < host->n_cliques; i++)
		for (uint32_t g = 0; g < host->n_gpus; g++)
			if (clique_has(&host->cliques[i], &host->gpus[g]) &&
			    is_geforce(&host->gpus[g]))
				mask |= UINT64_C(1) << g;
	return mask;
}

static void check_rebar(struct judge *judge, const struct gpu *gpu)
{
	struct finding *f;

	if (!span_given(gpu->spec->rebar.at) || gpu->spec->rebar.on)
		return;
	f = report(
		judge, gpu->spec->rebar.at,
		"'rebar: false': without Resizable BAR, '%.*s' (%.*s) cannot do P2P on bare metal",
		STR_ARG(gpu->spec->name.s), STR_ARG(gpu->board->name));
	finding_note(judge->findings, f, gpu->host->pcie_p2p_at, "P2P is claimed here");
	finding_help(
		judge->findings, f,
		"enable Resizable BAR in the machine's firmware and prove P2P again, or remove "
		"'%.*s' from pcie_p2p",
		STR_ARG(gpu->spec->name.s));
}

/* The claim is about bare metal: it is as doubtful without a VM that builds on it. */
static void check(struct judge *judge, const struct host *host)
{
	const struct word *driver = &host->spec->driver;
	gpu_mask mask = claimed(host);
	struct finding *f;

	if (mask && driver->is && driver->is != DRIVER_OPEN_P2P) {
		f = report(
			judge, driver->at,
			"NVIDIA's own driver does no P2P between GeForce boards, but pcie_p2p claims it");
		finding_note(judge->findings, f, host->pcie_p2p_at, "P2P is claimed here");
		finding_help(
			judge->findings, f,
			"write driver: open-p2p if the patched module is installed, or remove %.*s from "
			"pcie_p2p",
			STR_ARG(gpu_list(judge, host, mask)));
	}
	for (uint32_t g = 0; g < host->n_gpus; g++)
		if (mask >> g & 1)
			check_rebar(judge, &host->gpus[g]);
}

const struct rule rule_geforce_p2p_driver = {
	.name = "geforce-p2p-driver",
	.severity = SEVERITY_WARNING,
	.summary = "P2P between GeForce boards without the driver or BAR that it needs",
	.host = check,
	.what = "`pcie_p2p` lists GeForce boards on a host whose `driver` is not `open-p2p`, or a "
		"GeForce board with `rebar: false`.",
	.why = "On bare metal only patched open kernel modules do P2P between GeForce boards, and "
	       "each board needs Resizable BAR, so that its BAR1 covers the framebuffer. Without "
	       "both, P2P cannot have been measured. In a guest the patch does not help, because "
	       "the guest's driver decides.",
	.source = "tinygrad open-gpu-kernel-modules 550.54.15-p2p and aikitoria's fork 610.57.04, "
		  "README (community)",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   gpu-1:\n"
		   "     hypervisor: kvm\n"
		   "-    driver: open\n"
		   "+    driver: open-p2p\n"
		   "     pcie_p2p: [[g0, g1]]\n"
		   "     gpus:\n"
		   "       g0: {board: geforce-rtx-4090, address: 05:00.0}\n"
		   "       g1: {board: geforce-rtx-4090, address: 06:00.0}\n",
};
