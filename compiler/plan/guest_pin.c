/* Pins vCPUs to CPUs and memory to NUMA nodes of the host. */
#include "compiler/plan/guest_private.h"

#include <inttypes.h>

#include "schema/cpu_set.h"
#include "schema/keys.h"

const struct numa_spec *host_numa(const struct host *host, uint32_t node)
{
	for (uint32_t i = 0; i < host->spec->numa.n; i++) {
		const struct numa_spec *numa = &host->spec->numa.items[i];

		if (span_given(numa->id.at) && numa->id.n == node)
			return numa;
	}
	return NULL;
}

/* The one node of all GPUs of a VM without cells; -1 if unknown. */
static int32_t single_node(const struct vm *vm)
{
	for (uint32_t i = 0; i < vm->n_gpus; i++)
		if (vm->gpus[i].gpu)
			return vm->gpus[i].gpu->node;
	return -1;
}

struct str vm_pin(const struct vm *vm, uint32_t i)
{
	const struct numa_spec *numa;
	int32_t node;

	if (!vm->pinned)
		return STR("");
	if (vm->spec->pinning.word != PINNING_AUTO)
		return i < vm->spec->pinning.n ? vm->spec->pinning.items[i].s : STR("");
	for (uint32_t k = 0; k < vm->n_cells; k++)
		if (i - vm->cells[k].first_vcpu < vm->cells[k].n_vcpus)
			return vm->cells[k].cpus;
	node = single_node(vm);
	numa = node < 0 ? NULL : host_numa(vm->host, (uint32_t)node);
	return numa ? numa->cpus.s : STR("");
}

/* Reports a GPU whose CPUs `auto` cannot find. */
static void report_no_node(const struct vm *vm, const struct vm_gpu *item,
			   struct findings *findings)
{
	const struct gpu_spec *gpu = item->gpu->spec;
	const struct host_spec *host = vm->host->spec;
	struct finding *f;

	if (item->gpu->node < 0) {
		f = finding_add(findings, "spec-value", SEVERITY_ERROR, vm->spec->pinning.at,
				"'pinning: auto' needs the NUMA node of GPU '%s' on host '%s'",
				finding_quote(findings, gpu->name.s),
				finding_quote(findings, host->name.s));
		finding_help(findings, f, "add numa: N to the GPU, or write a list of cpulists");
	} else {
		f = finding_add(findings, "spec-value", SEVERITY_ERROR, vm->spec->pinning.at,
				"'pinning: auto' needs the CPUs of NUMA node %" PRId32
				" (GPU '%s'), which host '%s' does not list",
				item->gpu->node, finding_quote(findings, gpu->name.s),
				finding_quote(findings, host->name.s));
		finding_help(findings, f, "write numa: [{id: %" PRId32 ", cpus: …}] in the host",
			     item->gpu->node);
	}
	if (span_given(gpu->at))
		finding_note(findings, f, gpu->at, "the GPU is defined here");
}

static bool node_has_cpus(const struct host *host, int32_t node)
{
	const struct numa_spec *numa = node < 0 ? NULL : host_numa(host, (uint32_t)node);

	return numa && span_given(numa->cpus.at);
}

/* True if the missing value was wrong, which has been reported. */
static bool numa_was_reported(const struct vm *vm, const struct gpu *gpu)
{
	if (gpu->node < 0)
		return gpu_broken(gpu->spec, numa);
	if (host_broken(vm->host->spec, numa))
		return true;
	for (uint32_t i = 0; i < vm->host->spec->numa.n; i++)
		if (vm->host->spec->numa.items[i].broken)
			return true;
	return false;
}

static bool pin_auto(const struct vm *vm, struct findings *findings)
{
	struct finding *f;
	bool good = true;

	if (vm->n_gpus == 0) {
		if (vm_broken(vm->spec, gpus))
			return false;
		f = finding_add(findings, "spec-value", SEVERITY_ERROR, vm->spec->pinning.at,
				"'pinning: auto' follows the VM's GPUs, but the VM has none");
		finding_help(findings, f, "write a list of cpulists, one per vCPU");
		return false;
	}
	for (uint32_t i = 0; i < vm->n_gpus; i++) {
		const struct gpu *gpu = vm->gpus[i].gpu;

		if (!gpu || node_has_cpus(vm->host, gpu->node)) {
			good &= gpu != NULL;
			continue;
		}
		good = false;
		if (numa_was_reported(vm, gpu))
			continue;
		report_no_node(vm, &vm->gpus[i], findings);
		break;
	}
	return good;
}

static bool pin_list(const struct vm *vm, struct findings *findings)
{
	uint32_t n = vm->spec->pinning.n;
	struct finding *f;

	if (!span_given(vm->spec->vcpus.at) || vm_broken(vm->spec, vcpus))
		return false;
	if (n == vm->vcpus)
		return true;
	f = finding_add(findings, "spec-value", SEVERITY_ERROR, vm->spec->pinning.at,
			"%" PRIu32 " cpulist%s for %" PRIu32 " vCPU%s", n, n == 1 ? "" : "s",
			vm->vcpus, vm->vcpus == 1 ? "" : "s");
	finding_help(findings, f, "write one cpulist per vCPU");
	if (span_given(vm->spec->vcpus.at))
		finding_note(findings, f, vm->spec->vcpus.at, "'vcpus' is set here");
	return false;
}

/* A set of node numbers, kept sorted. */
struct nodes {
	uint32_t *items;
	uint32_t n, capacity;
};

static void nodes_add(struct arena *arena, struct nodes *nodes, uint32_t node)
{
	uint32_t i = 0;

	while (i < nodes->n && nodes->items[i] < node)
		i++;
	if (i < nodes->n && nodes->items[i] == node)
		return;
	arena_push(arena, (void **)&nodes->items, &nodes->n, &nodes->capacity,
		   sizeof *nodes->items);
	memmove(&nodes->items[i + 1], &nodes->items[i], (nodes->n - 1 - i) * sizeof *nodes->items);
	nodes->items[i] = node;
}

/* `0-1,3`. */
static struct str nodes_text(struct arena *arena, const struct nodes *nodes)
{
	struct str text = STR("");

	for (uint32_t i = 0, end; i < nodes->n; i = end) {
		uint32_t first = nodes->items[i], last;

		for (end = i + 1; end < nodes->n && nodes->items[end] == nodes->items[end - 1] + 1;)
			end++;
		last = nodes->items[end - 1];
		text = arena_printf(arena, "%.*s%s%" PRIu32, STR_ARG(text), text.n ? "," : "",
				    first);
		if (last != first)
			text = arena_printf(arena, "%.*s-%" PRIu32, STR_ARG(text), last);
	}
	return text;
}

/* Adds the nodes of all CPUs in the cpulists; none if the node of any CPU is unknown. */
static void add_nodes_of_list(struct arena *arena, const struct vm *vm, struct nodes *nodes)
{
	const struct host_spec *host = vm->host->spec;
	struct cpu_set pinned = {0}, known = {0};

	for (uint32_t i = 0; i < host->numa.n; i++)
		if (span_given(host->numa.items[i].id.at))
			cpu_set_add(&known, host->numa.items[i].cpus.s);
	for (uint32_t i = 0; i < vm->spec->pinning.n; i++) {
		if (cpu_set_lacks(&known, vm->spec->pinning.items[i].s, NULL))
			return;
		cpu_set_add(&pinned, vm->spec->pinning.items[i].s);
	}
	for (uint32_t i = 0; i < host->numa.n; i++) {
		const struct numa_spec *numa = &host->numa.items[i];

		if (span_given(numa->id.at) && cpu_set_meets(&pinned, numa->cpus.s, NULL))
			nodes_add(arena, nodes, (uint32_t)numa->id.n);
	}
}

/* Binds memory to the nodes that the vCPUs run on, where the GPUs read it, if they are known. */
static void bind_memory(struct arena *arena, struct vm *vm)
{
	struct nodes nodes = {0};
	int32_t node = single_node(vm);

	if (vm->n_cells) {
		for (uint32_t i = 0; i < vm->n_cells; i++)
			nodes_add(arena, &nodes, vm->cells[i].host_node);
	} else if (!vm->pinned) {
		return;
	} else if (vm->spec->pinning.word == PINNING_AUTO) {
		if (node >= 0)
			nodes_add(arena, &nodes, (uint32_t)node);
	} else {
		add_nodes_of_list(arena, vm, &nodes);
	}
	vm->nodeset = nodes_text(arena, &nodes);
}

void guest_pin(struct arena *arena, struct vm *vm, struct findings *findings)
{
	if (!vm_broken(vm->spec, pinning)) {
		if (vm->spec->pinning.word == PINNING_AUTO)
			vm->pinned = pin_auto(vm, findings);
		else if (vm->spec->pinning.word != PINNING_NONE)
			vm->pinned = pin_list(vm, findings);
	}
	bind_memory(arena, vm);
}
