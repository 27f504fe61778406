#include "compiler/finding/rule.h"
#include "compiler/plan/plan.h"
#include "rules/p2p.h"
#include "rules/versions.h"

static bool has_vgpu(const struct host *host, const struct gpu *gpu)
{
	for (uint32_t v = 0; v < host->n_vms; v++)
		for (uint32_t i = 0; i < host->vms[v]->n_gpus; i++)
			if (host->vms[v]->gpus[i].is_vgpu && host->vms[v]->gpus[i].gpu == gpu)
				return true;
	return false;
}

static void check_gpu(struct judge *judge, const struct host *host, const struct gpu *gpu)
{
	const struct version *vgpu = &host->spec->versions.vgpu;
	struct str first = release_of(judge, "vgpu_ecc_first")->text;
	struct finding *f;

	if (!gpu->spec->ecc.on || !has_vgpu(host, gpu))
		return;
	f = report(judge, gpu->spec->ecc.at,
		   "vGPU software '%s' cannot start a vGPU on '%.*s' while ECC is on",
		   written(judge, vgpu->at), STR_ARG(gpu->spec->name.s));
	finding_note(judge->findings, f, vgpu->at, "this release is before %.*s", STR_ARG(first));
	finding_help(
		judge->findings, f,
		"turn ECC off with `nvidia-smi -e 0` and write ecc: false, or use vGPU software "
		"%.*s or later",
		STR_ARG(first));
}

static void check(struct judge *judge, const struct host *host)
{
	const struct version *vgpu = &host->spec->versions.vgpu;

	if (!span_given(vgpu->at) || !older_than(judge, *vgpu, "vgpu_ecc_first"))
		return;
	for (uint32_t i = 0; i < host->n_gpus; i++)
		check_gpu(judge, host, &host->gpus[i]);
}

const struct rule rule_vgpu_ecc_old_driver = {
	.name = "vgpu-ecc-old-driver",
	.severity = SEVERITY_ERROR,
	.summary = "a vGPU on a GPU with ECC, with vGPU software that is too old for it",
	.host = check,
	.what = "A GPU with `ecc: true` has a vGPU, and the host's `versions.vgpu` is before "
		"{release:vgpu_ecc_first}.",
	.why = "Before {release:vgpu_ecc_first} the vGPU manager stops with \"vGPU not supported "
	       "with ECC Enabled\", and the VM does not start. Since {release:vgpu_ecc_first} it "
	       "supports ECC.",
	.source = "{source:vgpu_ecc_first}, ECC memory support",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   gpu-1:\n"
		   "     hypervisor: kvm\n"
		   "     versions: {vgpu: 8.1}\n"
		   "     gpus:\n"
		   "-      g0: {board: v100-pcie-16gb, address: 07:00.0, ecc: true}\n"
		   "+      g0: {board: v100-pcie-16gb, address: 07:00.0, ecc: false}\n"
		   " vms:\n"
		   "   render-1:\n"
		   "     host: gpu-1\n"
		   "     vcpus: 8\n"
		   "     memory: 32GiB\n"
		   "     vgpu: V100-16Q\n"
		   "     gpus: [g0]\n",
};
