#include "rules/p2p.h"

/* The GPU's board hangs on NVSwitch, as far as the catalog knows. */
static bool on_fabric(const struct gpu *gpu)
{
	return gpu && gpu->board && gpu->board->nvswitch;
}

static void report_kind(struct judge *judge, const struct vm_gpu *g, const char *mode)
{
	const struct word *said = &g->vm->host->spec->nvswitch.mode;
	struct finding *f;

	if (g->is_vgpu)
		f = report(judge, g->vgpu.at,
			   "'%s' is a vGPU, but the fabric of '%.*s' is in mode '%s'",
			   quoted(judge, g->vgpu.s), STR_ARG(g->vm->host->spec->name.s), mode);
	else
		f = report(
			judge, g->spec->at,
			"'%.*s' is passed through whole, but the fabric of '%.*s' is in mode '%s'",
			STR_ARG(g->spec->gpu.s), STR_ARG(g->vm->host->spec->name.s), mode);
	finding_note(judge->findings, f, said->at, "the mode");
	finding_help(
		judge->findings, f,
		g->is_vgpu
			? "write nvswitch.mode: vgpu (FABRIC_MODE=2) for vGPUs; or vgpu: none"
			: "write nvswitch.mode: shared or bare-metal for whole GPUs; or give the VM a vGPU");
}

/* One finding a VM: the first of its GPUs that does not suit the mode. */
static void check_kind(struct judge *judge, const struct vm *vm, bool vgpus, const char *mode)
{
	for (uint32_t i = 0; i < vm->n_gpus; i++) {
		const struct vm_gpu *g = &vm->gpus[i];

		if (!on_fabric(g->gpu) || (vgpus ? !g->is_vgpu : !is_whole(g)))
			continue;
		report_kind(judge, g, mode);
		return;
	}
}

/* In bare-metal mode the fabric is one: a VM that has a part of it could not train its links. */
static void check_part(struct judge *judge, const struct vm *vm)
{
	uint32_t own = 0, all = 0;
	struct finding *f;

	for (uint32_t g = 0; g < vm->host->n_gpus; g++) {
		const struct gpu *gpu = &vm->host->gpus[g];
		bool has = false;

		for (uint32_t i = 0; i < vm->n_gpus; i++)
			has |= vm->gpus[i].gpu == gpu;
		all += on_fabric(gpu);
		own += on_fabric(gpu) && has;
	}
	if (vm->p2p != P2P_NVLINK || own < 2 || own == all)
		return;
	f = report(judge, vm->spec->p2p.at,
		   "'nvlink' with %u of the %u GPUs of a fabric in mode 'bare-metal', which has no "
		   "partitions",
		   own, all);
	finding_note(judge->findings, f, vm->host->spec->nvswitch.mode.at, "the mode");
	finding_help(judge->findings, f,
		     "give the VM all %u GPUs; or nvswitch.mode: shared (whole GPUs) or vgpu, with "
		     "partitions",
		     all);
}

static void check(struct judge *judge, const struct vm *vm)
{
	switch (vm->host->spec->nvswitch.mode.is) {
	case NVSWITCH_SHARED:
		check_kind(judge, vm, true, "shared");
		break;
	case NVSWITCH_VGPU:
		check_kind(judge, vm, false, "vgpu");
		break;
	case NVSWITCH_BARE_METAL:
		check_part(judge, vm);
		break;
	}
}

const struct rule rule_fabric_mode = {
	.name = "fabric-mode",
	.severity = SEVERITY_ERROR,
	.summary = "Fabric Manager's mode does not match the VM's GPUs",
	.p2p = check,
	.what = "vGPUs on a host with `nvswitch.mode: shared`, whole GPUs with mode `vgpu`, or "
		"mode `bare-metal` and a VM with NVLink P2P that has only some of the NVSwitch "
		"GPUs.",
	.why = "Fabric Manager runs in one mode: 0 trains all links as one fabric (bare metal, or "
	       "one VM with all GPUs), 1 divides it into partitions of whole GPUs (shared "
	       "NVSwitch), 2 into partitions of vGPUs. In the wrong mode no partition is "
	       "activated for the VM, and CUDA fails to initialise (cuInit returns 802).",
	.source = "NVIDIA Fabric Manager, fabricmanager.cfg: FABRIC_MODE; reports of cuInit 802 in "
		  "kubevirt-gpu-device-plugin issue 193",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   hgx-1:\n"
		   "     hypervisor: kvm\n"
		   "-    nvswitch: {mode: vgpu}\n"
		   "+    nvswitch: {mode: shared}\n"
		   "     nvlink: all\n"
		   "     gpus:\n"
		   "       g0: {board: a100-sxm4-80gb, address: 07:00.0, module: 1}\n"
		   "       g1: {board: a100-sxm4-80gb, address: 0b:00.0, module: 2}\n"
		   " vms:\n"
		   "   train-1:\n"
		   "     host: hgx-1\n"
		   "     vcpus: 32\n"
		   "     memory: 256GiB\n"
		   "     p2p: nvlink\n"
		   "     gpus: [g0, g1]\n",
};
