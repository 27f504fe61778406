#include "rules/clique.h"

static void check(struct judge *judge, const struct vm *vm)
{
	struct finding *f;

	if (!wants_clique(vm) || vm->guest != GUEST_WINDOWS)
		return;
	f = report(judge, vm->spec->guest.at,
		   "'windows': it is not confirmed that cliques enable P2P in a Windows guest");
	finding_note(judge->findings, f, vm->spec->p2p.at, "P2P is requested here");
	finding_help(
		judge->findings, f,
		"check in the guest with a copy that is read back at the destination GPU; or write "
		"p2p: none");
}

const struct rule rule_clique_windows_guest = {
	.name = "clique-windows-guest",
	.severity = SEVERITY_WARNING,
	.summary = "cliques in a Windows guest are not confirmed",
	.p2p = check,
	.what = "A VM with `p2p: pcie` and whole GPUs has `guest: windows`.",
	.why = "The effect of cliques is known from the source of the Linux driver. The Windows "
	       "driver is closed, no report of P2P by clique in a Windows guest was found, and "
	       "NVIDIA supports its other P2P paths in VMs for Linux guests only.",
	.source = "NVIDIA open-gpu-kernel-modules 595.45.04 (Linux); for Windows nothing was found",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   gpu-1:\n"
		   "     hypervisor: kvm\n"
		   "     pcie_p2p: [[g0, g1]]\n"
		   "     gpus:\n"
		   "       g0: {board: l40s, address: 05:00.0}\n"
		   "       g1: {board: l40s, address: 06:00.0}\n"
		   " vms:\n"
		   "   infer-1:\n"
		   "     host: gpu-1\n"
		   "-    guest: windows\n"
		   "+    guest: linux\n"
		   "     vcpus: 16\n"
		   "     memory: 128GiB\n"
		   "     p2p: pcie\n"
		   "     gpus: [g0, g1]\n",
};
