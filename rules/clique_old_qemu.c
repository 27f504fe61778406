#include "rules/clique.h"
#include "rules/p2p.h"
#include "rules/versions.h"

/* The GPU has its MSI-X capability where older QEMUs put the clique. */
static bool has_taken_place(const struct gpu *gpu)
{
	return gpu->clique >= 0 && gpu->board && gpu->board->arch && gpu->board->arch->msix_at_c8;
}

static const struct gpu *first_taken(const struct host *host)
{
	for (uint32_t i = 0; i < host->n_gpus; i++)
		if (has_taken_place(&host->gpus[i]))
			return &host->gpus[i];
	return NULL;
}

/* The GPU that keeps a VM with cliques from starting; NULL: none does. */
static const struct gpu *first_taken_of_vm(const struct vm *vm)
{
	if (!wants_clique(vm))
		return NULL;
	for (uint32_t i = 0; i < vm->n_gpus; i++)
		if (has_taken_place(vm->gpus[i].gpu))
			return vm->gpus[i].gpu;
	return NULL;
}

/* How many VMs do not start; the first of them, and which GPU keeps it. */
static uint32_t affected_vms(const struct host *host, const struct vm **vm, const struct gpu **gpu)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < host->n_vms; i++) {
		const struct gpu *taken = first_taken_of_vm(host->vms[i]);

		if (!taken || n++)
			continue;
		*vm = host->vms[i];
		*gpu = taken;
	}
	return n;
}

/* Once a host: its QEMU is what must change, however many VMs it would not start. With a clique map
 * that may be VMs which are not in the spec. */
static void check(struct judge *judge, const struct host *host)
{
	struct version qemu = host->spec->versions.qemu;
	const struct gpu *gpu = first_taken(host);
	const struct vm *vm = NULL;
	struct finding *f;
	uint32_t n;

	if (!host->cliques_wanted || !gpu || !span_given(qemu.at) ||
	    !older_than(judge, qemu, "qemu_clique_alternate_offset"))
		return;
	n = affected_vms(host, &vm, &gpu);
	f = vm ? report(judge, qemu.at,
			"QEMU '%s' cannot start VM '%.*s'%s: it writes the clique at C8h, where '%.*s' has "
			"its MSI-X capability",
			written(judge, qemu.at), STR_ARG(vm->spec->name.s), and_more(judge, n - 1),
			STR_ARG(gpu->spec->name.s))
	       : report(judge, qemu.at,
			"QEMU '%s' cannot start a VM with '%.*s': it writes the clique at C8h, where the "
			"GPU has its MSI-X capability",
			written(judge, qemu.at), STR_ARG(gpu->spec->name.s));
	note_chip(judge, f, gpu);
	finding_note(judge->findings, f, host->pcie_p2p_at, "the host's cliques");
	finding_help(judge->findings, f, "use QEMU %.*s or later",
		     STR_ARG(release_of(judge, "qemu_clique_alternate_offset")->text));
}

const struct rule rule_clique_old_qemu = {
	.name = "clique-old-qemu",
	.severity = SEVERITY_ERROR,
	.summary = "QEMU is too old for cliques on this generation of GPUs",
	.host = check,
	.what = "A VM with `p2p: pcie` has a whole GPU of one of these architectures: "
		"{architectures:msix_at_c8}; the host's QEMU is older than "
		"{release:qemu_clique_alternate_offset}.",
	.why = "QEMU writes the clique as an eight-byte capability at offset C8h of the GPU's "
	       "configuration space, where GPUs of these architectures have their MSI-X "
	       "capability. Since {release:qemu_clique_alternate_offset} QEMU uses D4h instead if "
	       "C8h is occupied; an older one stops with \"overlaps existing capability\", and "
	       "the VM does not start.",
	.source = "{source:qemu_clique_alternate_offset}",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   gpu-1:\n"
		   "     hypervisor: kvm\n"
		   "-    versions: {qemu: 7.2.22}\n"
		   "+    versions: {qemu: {release:qemu_clique_alternate_offset}}\n"
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
