#include "compiler/capture/capture.h"
#include "rules/p2p.h"
#include "schema/keys.h"

/* A capture that could not be read has been reported; one of `topo -mp` was, and tells no links. */
static bool is_stated(const struct host *host)
{
	return host->nvlink || (span_given(host->spec->captures.topo.at) && !host->topo) ||
	       host_broken(host->spec, captures) || host->spec->captures.broken;
}

/* Two vGPUs on one GPU need no link. */
static bool spans_gpus(const struct vm *vm)
{
	for (uint32_t i = 1; i < vm->n_gpus; i++)
		if (vm->gpus[i].gpu != vm->gpus[0].gpu)
			return true;
	return false;
}

static void check(struct judge *judge, const struct vm *vm)
{
	struct finding *f;

	if (vm->p2p != P2P_NVLINK || !vm_wants_p2p(vm) || !spans_gpus(vm) || is_stated(vm->host))
		return;
	f = report(judge, vm->spec->p2p.at,
		   "VM '%.*s' needs NVLink, but host '%.*s' does not say which GPUs are linked",
		   STR_ARG(vm->spec->name.s), STR_ARG(vm->host->spec->name.s));
	if (vm->host->topo)
		finding_note(judge->findings, f, vm->host->topo->header,
			     "the capture has neither NV# nor a legend that names it, as that of "
			     "`nvidia-smi topo -mp`");
	else
		finding_note(judge->findings, f, vm->host->spec->name.at, "the host is here");
	finding_help(
		judge->findings, f,
		"write nvlink: all if `nvidia-smi topo -m` on host '%.*s' shows NV# for every pair "
		"of its GPUs; otherwise list the groups, or write none",
		STR_ARG(vm->host->spec->name.s));
}

const struct rule rule_p2p_topology_unknown = {
	.name = "p2p-topology-unknown",
	.severity = SEVERITY_WARNING,
	.summary = "NVLink P2P on a host that does not say which GPUs are linked",
	.p2p = check,
	.what = "A VM has `p2p: nvlink`, but its host has neither `nvlink` nor a capture of "
		"`nvidia-smi topo -m`.",
	.why = "A board in NVIDIA's P2P tables need not be linked: cards need a bridge, and for "
	       "some boards in the tables no source shows NVLink at all. Without the links "
	       "gpuplan cannot tell whether the GPUs are peers.",
	.source = "NVIDIA AI Enterprise 8.1, vGPU, Peer-to-Peer CUDA Transfers: \"on physical GPUs "
		  "supporting NVLink\"; NVIDIA vGPU on KVM (GRID 9.0): direct NVLink connections",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   gpu-1:\n"
		   "     hypervisor: kvm\n"
		   "+    nvlink: [[g0, g1]]\n"
		   "     gpus:\n"
		   "       g0: {board: a40, address: 07:00.0}\n"
		   "       g1: {board: a40, address: 0b:00.0}\n"
		   " vms:\n"
		   "   train-1:\n"
		   "     host: gpu-1\n"
		   "     vcpus: 16\n"
		   "     memory: 128GiB\n"
		   "     p2p: nvlink\n"
		   "     vgpu: A40-48C\n"
		   "     gpus: [g0, g1]\n",
};
