#include "rules/clique.h"
#include "rules/p2p.h"
#include "rules/versions.h"

/* Once a host: its libvirt is what must change. */
static void check(struct judge *judge, const struct host *host)
{
	struct version libvirt = host->spec->versions.libvirt;
	struct finding *f;
	const struct vm *vm;
	uint32_t more;

	if (host->platform->cliques != CLIQUES_BY_LIBVIRT || !span_given(libvirt.at) ||
	    !older_than(judge, libvirt, "libvirt_qemu_override"))
		return;
	vm = first_clique_vm(host, &more);
	if (!vm)
		return;
	f = report(judge, libvirt.at, "libvirt '%s' cannot pass cliques to the GPUs of VM '%.*s'%s",
		   written(judge, libvirt.at), STR_ARG(vm->spec->name.s), and_more(judge, more));
	finding_note(judge->findings, f, vm->spec->p2p.at, "P2P is requested here");
	finding_help(judge->findings, f, "use libvirt %.*s or later; or write p2p: none",
		     STR_ARG(release_of(judge, "libvirt_qemu_override")->text));
}

const struct rule rule_clique_libvirt_too_old = {
	.name = "clique-libvirt-too-old",
	.severity = SEVERITY_ERROR,
	.summary = "libvirt is too old to pass on cliques",
	.host = check,
	.what = "A VM with `p2p: pcie` and whole GPUs runs on a host that is managed by libvirt "
		"before {release:libvirt_qemu_override}.",
	.why = "libvirt has no element for cliques. The domain XML sets them with "
	       "`<qemu:override>`, which changes a property of a device that libvirt creates, and "
	       "which exists since {release:libvirt_qemu_override}. An older libvirt drops the "
	       "unknown element: the VM starts without its clique, and its GPUs copy through "
	       "system memory.",
	.source = "{source:libvirt_qemu_override}, {release:libvirt_qemu_override}",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   gpu-1:\n"
		   "     hypervisor: kvm\n"
		   "-    versions: {libvirt: 8.0.0}\n"
		   "+    versions: {libvirt: {release:libvirt_qemu_override}}\n"
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
