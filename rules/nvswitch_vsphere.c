/* NVSwitch hosts under ESXi: from which release vGPUs do P2P there, and that whole GPUs do not. */
#include "rules/p2p.h"
#include "rules/vgpu.h"

/* The ESXi that brought vGPU P2P over the board's switches; NULL: none is known. */
static const struct fact *first_release(const struct board *board)
{
	return board && board->nvswitch && board->arch ? board->arch->esxi_nvswitch : NULL;
}

static bool is_nvswitch_esxi(const struct vm *vm)
{
	return vm->host->platform->esxi && vm->host->nvswitch;
}

static void check_release(struct judge *judge, const struct vm *vm)
{
	const struct version *esxi = &vm->host->spec->versions.esxi;

	if (!is_nvswitch_esxi(vm) || !vgpus_want_p2p(vm) || vm->p2p != P2P_NVLINK ||
	    !span_given(esxi->at))
		return;
	for (uint32_t i = 0; i < vm->n_gpus; i++) {
		const struct vm_gpu *g = &vm->gpus[i];
		const struct fact *first = g->is_vgpu ? first_release(g->gpu->board) : NULL;
		struct finding *f;

		if (!first || version_cmp(*esxi, first->version) >= 0)
			continue;
		f = report(
			judge, vm->spec->p2p.at,
			"VM '%.*s' needs P2P of vGPUs on %.*s over NVSwitch, which ESXi '%s' does not "
			"support",
			STR_ARG(vm->spec->name.s), STR_ARG(g->gpu->board->id),
			written(judge, esxi->at));
		finding_note(judge->findings, f, esxi->at, "this release is before %.*s",
			     STR_ARG(first->text));
		finding_help(judge->findings, f, "use ESXi %.*s or later, or write p2p: none",
			     STR_ARG(first->text));
		return;
	}
}

const struct rule rule_nvswitch_vsphere_release = {
	.name = "nvswitch-vsphere-release",
	.severity = SEVERITY_ERROR,
	.summary = "P2P between vGPUs on an NVSwitch host whose ESXi is too old for it",
	.p2p = check_release,
	.what = "A VM on a vSphere host with NVSwitch needs P2P between its vGPUs, and "
		"`versions.esxi` is before the first release that supports it for its GPUs: "
		"{releases:esxi_nvswitch}. An NVSwitch host has `nvswitch`, or more than "
		"{figure:unswitched_gpus} GPUs of HGX boards.",
	.why = "On these boards NVLink runs through switches, and a VM's GPUs reach each other "
	       "only after Fabric Manager has routed their links. ESXi supports this since these "
	       "updates. Whether an older one refuses the VM or starts it without P2P is not "
	       "confirmed.",
	.source = "{source:esxi_nvswitch_hopper}, NVSwitch",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   esx-1:\n"
		   "     hypervisor: vsphere\n"
		   "-    versions: {esxi: 8.0u1}\n"
		   "+    versions: {esxi: {release:esxi_nvswitch_hopper}}\n"
		   "     nvlink: all\n"
		   "     gpus:\n"
		   "       g0: {board: h100-sxm5-80gb, address: 07:00.0}\n"
		   "       g1: {board: h100-sxm5-80gb, address: 0b:00.0}\n"
		   "       g2: {board: h100-sxm5-80gb, address: 48:00.0}\n"
		   "       g3: {board: h100-sxm5-80gb, address: 4c:00.0}\n"
		   "       g4: {board: h100-sxm5-80gb, address: 88:00.0}\n"
		   " vms:\n"
		   "   train-1:\n"
		   "     host: esx-1\n"
		   "     vcpus: 16\n"
		   "     memory: 128GiB\n"
		   "     p2p: nvlink\n"
		   "     vgpu: H100XM-80C # gpuplan: ignore[vsphere-nvaie] licensed\n"
		   "     gpus: [g0, g1]\n",
};

/* Whole, and behind the switches as far as the catalog can tell. */
static bool is_switched(const struct vm_gpu *g)
{
	return g->gpu && is_whole(g) && (!g->gpu->board || g->gpu->board->nvswitch);
}

static void check_passthrough(struct judge *judge, const struct vm *vm)
{
	for (uint32_t i = 0; i < vm->n_gpus && is_nvswitch_esxi(vm); i++) {
		const struct vm_gpu *g = &vm->gpus[i];
		const struct vgpu_type *type;
		struct finding *f;

		if (!is_switched(g))
			continue;
		type = p2p_type_of(judge, g);
		f = report(judge, g->spec->gpu.at,
			   "'%.*s' of VM '%.*s' is passed through whole: not supported on NVSwitch "
			   "hosts with vSphere",
			   STR_ARG(g->gpu->spec->name.s), STR_ARG(vm->spec->name.s));
		finding_note(judge->findings, f, vm->host->spec->name.at,
			     "host '%.*s' has NVSwitch", STR_ARG(vm->host->spec->name.s));
		if (type)
			finding_help(judge->findings, f, "use vgpu: %.*s, which has the whole GPU",
				     STR_ARG(type->name));
		else
			finding_help(judge->findings, f, "use a vGPU that has the whole GPU");
		return;
	}
}

const struct rule rule_nvswitch_passthrough_vsphere = {
	.name = "nvswitch-passthrough-vsphere",
	.severity = SEVERITY_ERROR,
	.summary = "a GPU is passed through whole on a vSphere host with NVSwitch",
	.vm = check_passthrough,
	.what = "A VM on a vSphere host with NVSwitch has a GPU of an HGX board passed through "
		"whole.",
	.why = "A GPU behind NVSwitch initializes only after Fabric Manager has set up its links. "
	       "With passthrough on ESXi nothing does: the guest sees the GPU but not the "
	       "switches, and CUDA stops with error 802, system not yet initialized. (802 was "
	       "seen without an active partition; that ESXi behaves the same is an inference.)",
	.source = "NVIDIA AI Enterprise 8.0, NVSwitch: passthrough is not supported when using "
		  "VMware vSphere",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   hgx-1:\n"
		   "-    hypervisor: vsphere\n"
		   "+    hypervisor: kvm\n"
		   "     gpus:\n"
		   "       g0: {board: h100-sxm5-80gb, address: 07:00.0}\n"
		   "       g1: {board: h100-sxm5-80gb, address: 0b:00.0}\n"
		   "       g2: {board: h100-sxm5-80gb, address: 48:00.0}\n"
		   "       g3: {board: h100-sxm5-80gb, address: 4c:00.0}\n"
		   "       g4: {board: h100-sxm5-80gb, address: 88:00.0}\n"
		   " vms:\n"
		   "   train-1:\n"
		   "     host: hgx-1\n"
		   "     vcpus: 16\n"
		   "     memory: 128GiB\n"
		   "     gpus: [g0]\n",
};
