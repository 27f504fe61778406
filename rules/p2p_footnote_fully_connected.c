#include "rules/p2p.h"

/* Two GPUs of the host that stand on its HGX board and have no direct link; false: none. */
static bool find_gap(const struct host *host, const struct board *board, const struct gpu *pair[2])
{
	for (uint32_t i = 0; i < host->n_gpus; i++)
		for (uint32_t j = i + 1; j < host->n_gpus; j++) {
			pair[0] = &host->gpus[i];
			pair[1] = &host->gpus[j];
			if (pair[0]->board == board && pair[1]->board == board &&
			    !nvlink_direct(pair[0], pair[1]))
				return true;
		}
	return false;
}

static bool has_footnote(struct judge *judge, const struct vm_gpu *g)
{
	const struct p2p_row *row = NULL;

	if (g->type && g->gpu->board)
		row = catalog_p2p(judge->plan->catalog, g->gpu->board, g->type);
	return row && row->fully_connected;
}

static void check(struct judge *judge, const struct vm *vm)
{
	const struct gpu *pair[2];

	if (vm->p2p != P2P_NVLINK || !vgpus_want_p2p(vm) || !vm->host->nvlink)
		return;
	for (uint32_t i = 0; i < vm->n_gpus; i++) {
		const struct vm_gpu *g = &vm->gpus[i];
		struct finding *f;

		if (!has_footnote(judge, g) || !find_gap(vm->host, g->gpu->board, pair))
			continue;
		f = report(
			judge, g->vgpu.at,
			"'%s' supports P2P only on HGX boards whose GPUs are all linked with each other, "
			"but '%.*s' and '%.*s' are not",
			quoted(judge, g->vgpu.s), STR_ARG(pair[0]->spec->name.s),
			STR_ARG(pair[1]->spec->name.s));
		note_links(judge, f, pair[0], pair[1]);
		finding_help(
			judge->findings, f,
			"write nvlink: all if `nvidia-smi topo -m` on the host shows NV# for every pair; "
			"else p2p: none");
		return;
	}
}

const struct rule rule_p2p_footnote_fully_connected = {
	.name = "p2p-footnote-fully-connected",
	.severity = SEVERITY_ERROR,
	.summary = "a type that needs a fully connected HGX board, on a host without one",
	.p2p = check,
	.what = "A VM needs NVLink P2P between vGPUs of one of the types {types:fully_connected}, "
		"but in its host's topology two GPUs of that board have no direct link. The number "
		"of GPUs in the spec does not matter.",
	.why = "NVIDIA's table lists these types with a footnote: only HGX A100 boards with four "
	       "or eight fully connected GPUs. The board with four GPUs needs no switch for that. "
	       "If a link is missing (a dead link, a switch that is down, two chained boards), "
	       "the combination is not supported even for a pair that is linked. What the vGPU "
	       "manager then does is not confirmed; the footnote's text was found in an older "
	       "release only.",
	.source = "NVIDIA AI Enterprise 8.1, vGPU, Peer-to-Peer CUDA Transfers, table 31, footnote "
		  "1; its text in Infra 6",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   gpu-1:\n"
		   "     hypervisor: kvm\n"
		   "-    nvlink: [[g0, g1], [g2, g3]]\n"
		   "+    nvlink: all\n"
		   "     gpus:\n"
		   "       g0: {board: a100-sxm4-40gb, address: 07:00.0}\n"
		   "       g1: {board: a100-sxm4-40gb, address: 0b:00.0}\n"
		   "       g2: {board: a100-sxm4-40gb, address: 48:00.0}\n"
		   "       g3: {board: a100-sxm4-40gb, address: 4c:00.0}\n"
		   " vms:\n"
		   "   train-1:\n"
		   "     host: gpu-1\n"
		   "     vcpus: 16\n"
		   "     memory: 128GiB\n"
		   "     p2p: nvlink\n"
		   "     vgpu: A100X-40C\n"
		   "     gpus: [g0, g1]\n",
};
