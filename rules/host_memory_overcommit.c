#include "rules/texts.h"

static void report_host(struct judge *judge, const struct host *host, const struct vm *vm,
			uint64_t sum)
{
	struct finding *f;

	f = report(judge, vm->spec->memory.at,
		   "with VM '%.*s', the VMs of '%.*s' need %.*s of memory, but the host has %.*s",
		   STR_ARG(vm->spec->name.s), STR_ARG(host->spec->name.s),
		   STR_ARG(size_text(judge->arena, sum)),
		   STR_ARG(size_text(judge->arena, host->spec->memory.n)));
	finding_note(judge->findings, f, host->spec->memory.at, "the host's memory");
	if (vm->memory > sum - host->spec->memory.n)
		finding_help(judge->findings, f,
			     "give it at most %.*s; the host itself needs memory too",
			     STR_ARG(size_key(judge, vm->memory - (sum - host->spec->memory.n))));
	else
		finding_help(judge->findings, f, "move the VM to another host");
}

/* The VM with which the sum passes the host's memory is the one that is reported. */
static void check_sum(struct judge *judge, const struct host *host)
{
	uint64_t sum = 0;

	if (!span_given(host->spec->memory.at))
		return;
	for (uint32_t i = 0; i < host->n_vms; i++) {
		const struct vm *vm = host->vms[i];

		if (!span_given(vm->spec->memory.at))
			continue;
		sum += vm->memory;
		if (sum <= host->spec->memory.n)
			continue;
		report_host(judge, host, vm, sum);
		return;
	}
}

/* What the VM takes of the node in 1 GiB pages, as far as its memory is bound. */
static uint64_t taken_of_node(struct judge *judge, const struct vm *vm, uint32_t node)
{
	uint64_t taken = 0;

	if (vm->hugepages != HUGEPAGES_1G || !span_given(vm->spec->memory.at))
		return 0;
	for (uint32_t i = 0; i < vm->n_cells; i++)
		if (vm->cells[i].host_node == node)
			taken += vm->cells[i].memory;
	if (!vm->n_cells && str_eq(vm->nodeset, arena_printf(judge->arena, "%u", node)))
		taken = vm->memory;
	return taken;
}

static void check_node(struct judge *judge, const struct host *host, const struct numa_spec *numa)
{
	bool pages = span_given(numa->hugepages_1g.at);
	uint64_t limit = pages ? numa->hugepages_1g.n * GIB : numa->memory.n, sum = 0;

	if (!span_given(numa->id.at) || (!pages && !span_given(numa->memory.at)))
		return;
	for (uint32_t i = 0; i < host->n_vms; i++) {
		const struct vm *vm = host->vms[i];
		struct finding *f;

		sum += taken_of_node(judge, vm, (uint32_t)numa->id.n);
		if (sum <= limit)
			continue;
		f = report(
			judge, vm->spec->memory.at,
			"with VM '%.*s', the VMs need %.*s of 1 GiB pages on node %u of '%.*s', which has "
			"%.*s",
			STR_ARG(vm->spec->name.s), STR_ARG(size_text(judge->arena, sum)),
			(uint32_t)numa->id.n, STR_ARG(host->spec->name.s),
			STR_ARG(size_text(judge->arena, limit)));
		finding_note(judge->findings, f, pages ? numa->hugepages_1g.at : numa->memory.at,
			     "the node's");
		finding_help(
			judge->findings, f,
			"give the VM less memory or GPUs of another node, or reserve more pages on the node");
		return;
	}
}

static void check(struct judge *judge, const struct host *host)
{
	check_sum(judge, host);
	for (uint32_t i = 0; i < host->spec->numa.n; i++)
		check_node(judge, host, &host->spec->numa.items[i]);
}

const struct rule rule_host_memory_overcommit = {
	.name = "host-memory-overcommit",
	.severity = SEVERITY_ERROR,
	.summary = "the VMs need more memory than the host or its NUMA node has",
	.host = check,
	.what = "The VMs of a host have more memory than the host; or VMs with 1 GiB pages need "
		"more of a NUMA node than it has (its `hugepages_1g`, or its memory).",
	.why = "All memory of a VM with a GPU is locked, because the GPU writes to it by DMA: "
	       "nothing can be swapped or shared. If memory is short, the last VM does not start, "
	       "or the host's out-of-memory killer ends one. 1 GiB pages are reserved per node "
	       "and cannot be borrowed from another one.",
	.source = "NVIDIA vGPU user guide and VMware documentation: full memory reservation; Linux "
		  "kernel documentation, admin-guide/mm/hugetlbpage.rst",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   gpu-1:\n"
		   "     hypervisor: kvm\n"
		   "     memory: 256GiB\n"
		   "     gpus:\n"
		   "       g0: {board: l40s, address: 05:00.0}\n"
		   "       g1: {board: l40s, address: 06:00.0}\n"
		   " vms:\n"
		   "   infer-1: {host: gpu-1, vcpus: 8, memory: 128GiB, gpus: [g0]}\n"
		   "-  infer-2: {host: gpu-1, vcpus: 8, memory: 192GiB, gpus: [g1]}\n"
		   "+  infer-2: {host: gpu-1, vcpus: 8, memory: 96GiB, gpus: [g1]}\n",
};
