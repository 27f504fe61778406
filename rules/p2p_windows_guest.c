#include "rules/p2p.h"

static void check(struct judge *judge, const struct vm *vm)
{
	struct finding *f;

	if (vm->guest != GUEST_WINDOWS || !vgpus_want_p2p(vm))
		return;
	f = report(judge, vm->spec->guest.at,
		   "VM '%.*s' runs Windows, but vGPUs support P2P in Linux guests only",
		   STR_ARG(vm->spec->name.s));
	finding_note(judge->findings, f, vm->spec->p2p.at, "P2P is requested here");
	finding_help(judge->findings, f, "write guest: linux or p2p: none");
}

const struct rule rule_p2p_windows_guest = {
	.name = "p2p-windows-guest",
	.severity = SEVERITY_ERROR,
	.summary = "P2P between vGPUs in a Windows guest",
	.p2p = check,
	.what = "A VM with `guest: windows` needs P2P between its vGPUs.",
	.why = "NVIDIA introduced P2P between vGPUs for Linux guests only, and its page on "
	       "NVSwitch still names no other. The VM starts without P2P. For cards with NVLink "
	       "bridges this is not confirmed: the list of guest systems on the P2P page of "
	       "release 8 was not found.",
	.source =
		"NVIDIA vGPU on KVM (GRID 9.0), vGPU P2P over NVLink: \"Linux VM only\"; NVIDIA AI "
		"Enterprise, NVSwitch: \"Guest OS Releases: Linux only\"",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   gpu-1:\n"
		   "     hypervisor: kvm\n"
		   "     nvlink: all\n"
		   "     gpus:\n"
		   "       g0: {board: a40, address: 07:00.0}\n"
		   "       g1: {board: a40, address: 0b:00.0}\n"
		   " vms:\n"
		   "   train-1:\n"
		   "     host: gpu-1\n"
		   "-    guest: windows\n"
		   "+    guest: linux\n"
		   "     vcpus: 16\n"
		   "     memory: 128GiB\n"
		   "     p2p: nvlink\n"
		   "     vgpu: A40-48C\n"
		   "     gpus: [g0, g1]\n",
};
