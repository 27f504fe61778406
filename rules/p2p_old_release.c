#include "rules/p2p.h"
#include "rules/versions.h"

static void check(struct judge *judge, const struct vm *vm)
{
	const struct version *vgpu = &vm->host->spec->versions.vgpu;
	const char *row = "vgpu_p2p_first";
	struct str first;
	struct finding *f;

	if (!vgpus_want_p2p(vm) || !span_given(vgpu->at) || !older_than(judge, *vgpu, row))
		return;
	first = release_of(judge, row)->text;
	f = report(judge, vm->spec->p2p.at,
		   "VM '%.*s' needs P2P between vGPUs, which vGPU software '%s' does not support",
		   STR_ARG(vm->spec->name.s), written(judge, vgpu->at));
	finding_note(judge->findings, f, vgpu->at, "this release is before %.*s", STR_ARG(first));
	finding_help(judge->findings, f,
		     "write p2p: none, or use vGPU software %.*s or later on host '%.*s'",
		     STR_ARG(first), STR_ARG(vm->host->spec->name.s));
}

const struct rule rule_p2p_old_release = {
	.name = "p2p-old-release",
	.severity = SEVERITY_ERROR,
	.summary = "P2P between vGPUs with vGPU software that is too old for it",
	.p2p = check,
	.what = "A VM needs P2P between its vGPUs, but the host's `versions.vgpu` is before "
		"{release:vgpu_p2p_first}.",
	.why = "vGPU software supports P2P between vGPUs, over NVLink, since "
	       "{release:vgpu_p2p_first}. With an older one the VM starts, but its vGPUs are not "
	       "peers.",
	.source = "{source:vgpu_p2p_first}, vGPU P2P over NVLink",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   gpu-1:\n"
		   "     hypervisor: kvm\n"
		   "-    versions: {vgpu: 8.1}\n"
		   "+    versions: {vgpu: {release:vgpu_p2p_first}}\n"
		   "     nvlink: all\n"
		   "     gpus:\n"
		   "       g0: {board: v100-sxm2-16gb, address: 07:00.0}\n"
		   "       g1: {board: v100-sxm2-16gb, address: 0b:00.0}\n"
		   " vms:\n"
		   "   train-1:\n"
		   "     host: gpu-1\n"
		   "     vcpus: 16\n"
		   "     memory: 128GiB\n"
		   "     p2p: nvlink\n"
		   "     vgpu: V100X-16C\n"
		   "     gpus: [g0, g1]\n",
};
