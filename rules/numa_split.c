#include "compiler/capture/capture.h"
#include "compiler/finding/rule.h"
#include "compiler/plan/plan.h"
#include "schema/cpu_set.h"

enum { MAX_NODES = 1024 }; /* ids are 0 to 1023 (schema/keys_host.c) */

/* The nodes of all CPUs that the VM is pinned to; false: the host does not say one's node. */
static bool pinned_nodes(const struct vm *vm, bool nodes[MAX_NODES])
{
	const struct host_spec *host = vm->host->spec;
	struct cpu_set pinned = {0}, known = {0};

	for (uint32_t i = 0; i < host->numa.n; i++)
		if (span_given(host->numa.items[i].id.at))
			cpu_set_add(&known, host->numa.items[i].cpus.s);
	for (uint32_t i = 0; i < vm->spec->pinning.n; i++) {
		if (cpu_set_lacks(&known, vm->spec->pinning.items[i].s, NULL))
			return false;
		cpu_set_add(&pinned, vm->spec->pinning.items[i].s);
	}
	for (uint32_t i = 0; i < host->numa.n; i++)
		if (span_given(host->numa.items[i].id.at) &&
		    cpu_set_meets(&pinned, host->numa.items[i].cpus.s, NULL))
			nodes[host->numa.items[i].id.n] = true;
	return true;
}

static struct str cpus_of(const struct host *host, int32_t node)
{
	for (uint32_t i = 0; i < host->spec->numa.n; i++)
		if (span_given(host->spec->numa.items[i].id.at) &&
		    (int32_t)host->spec->numa.items[i].id.n == node)
			return host->spec->numa.items[i].cpus.s;
	return STR("");
}

/* Where the spec, or the capture in its place, says the GPU's node. */
static struct span node_at(const struct gpu *gpu)
{
	const struct host *host = gpu->host;

	return span_given(gpu->spec->numa.at) ? gpu->spec->numa.at
					      : host->topo->nodes_at[host->smi[gpu->index]];
}

static void report_node(struct judge *judge, const struct vm *vm, const struct gpu *gpu)
{
	struct str cpus = cpus_of(vm->host, gpu->node);
	struct finding *f;

	f = report(judge, vm->spec->pinning.at, "'%.*s' is on node %d, but no vCPU runs there",
		   STR_ARG(gpu->spec->name.s), gpu->node);
	finding_note(judge->findings, f, node_at(gpu), "its node");
	if (cpus.n)
		finding_help(
			judge->findings, f,
			"pin some vCPUs to %.*s; or write pinning: auto, which uses the nodes of all GPUs",
			STR_ARG(cpus));
	else
		finding_help(judge->findings, f, "give the VM GPUs of one node");
}

/* `auto` covers the nodes of all GPUs by itself. */
static void check(struct judge *judge, const struct vm *vm)
{
	bool nodes[MAX_NODES] = {false};

	if (!vm->pinned || vm->spec->pinning.word || !vm->n_gpus || !pinned_nodes(vm, nodes))
		return;
	for (uint32_t i = 0; i < vm->n_gpus; i++) {
		const struct gpu *gpu = vm->gpus[i].gpu;

		if (!gpu || gpu->node < 0 || nodes[gpu->node])
			continue;
		report_node(judge, vm, gpu);
		return;
	}
}

const struct rule rule_numa_split = {
	.name = "numa-split",
	.severity = SEVERITY_WARNING,
	.summary = "a GPU on a NUMA node where none of the VM's vCPUs run",
	.vm = check,
	.what = "A VM's `pinning` lists CPUs, but none on the NUMA node of one of its GPUs.",
	.why = "Every command and every copy from memory to that GPU crosses the link between the "
	       "sockets, which the whole machine shares. The VM's memory is bound to the nodes of "
	       "its CPUs, so none of it is near that GPU.",
	.source = "Linux kernel documentation, admin-guide/mm/numaperf.rst",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   gpu-1:\n"
		   "     hypervisor: kvm\n"
		   "     numa:\n"
		   "       - {id: 0, cpus: 0-31}\n"
		   "       - {id: 1, cpus: 32-63}\n"
		   "     gpus:\n"
		   "       g0: {board: l40s, address: 05:00.0, numa: 0}\n"
		   "       g1: {board: l40s, address: 85:00.0, numa: 1}\n"
		   " vms:\n"
		   "   infer-1:\n"
		   "     host: gpu-1\n"
		   "     vcpus: 2\n"
		   "     memory: 64GiB\n"
		   "     p2p: none\n"
		   "-    pinning: [0, 1]\n"
		   "+    pinning: [0, 32]\n"
		   "     gpus: [g0, g1]\n",
};
