/* What is drawn of a plan: its hosts with their GPUs and VMs.
 *
 * VMs are taken from the spec, not from what was resolved of them: a VM on a host that cannot be
 * judged has a place in the drawing too, with the finding that says why. */
#include "compiler/tools/graph/graph.h"

#include <stdlib.h>

#include "compiler/tools/graph/private.h"

/* From a section's name to its end. */
static struct span section_span(struct span at, struct span name)
{
	uint32_t start, end;

	if (!span_given(at) || !span_given(name))
		return span_given(at) ? at : name;
	start = at.at < name.at ? at.at : name.at;
	end = span_end(at) > span_end(name) ? span_end(at) : span_end(name);
	return (struct span){start, end - start};
}

static struct span host_span(const struct host_spec *host)
{
	return host ? section_span(host->at, host->name.at) : (struct span){0};
}

static struct span vm_span(const struct vm_spec *vm)
{
	return vm ? section_span(vm->at, vm->name.at) : (struct span){0};
}

static struct span gpu_span(const struct gpu_spec *gpu)
{
	return section_span(gpu->at, gpu->name.at);
}

/* --- VMs --- */

enum { MISSING_SHOWN = 4 };

/* What the VM names and its host lacks. */
static void label_missing(struct arena *arena, const struct host *host, struct graph_vm *vm)
{
	const struct vm_spec *spec = vm->vm->spec;
	uint32_t n = 0;

	for (uint32_t i = 0; i < spec->gpus.n; i++) {
		if (host && host_gpu(host, spec->gpus.items[i].gpu.s))
			continue;
		if (n++ < MISSING_SHOWN)
			graph_label_add(arena, &vm->label, GRAPH_FACT,
					host ? "%.*s: not on the host" : "%.*s",
					STR_ARG(spec->gpus.items[i].gpu.s));
	}
	if (n > MISSING_SHOWN)
		graph_label_add(arena, &vm->label, GRAPH_FACT, "and %u more", n - MISSING_SHOWN);
}

static void make_vm(struct graph_builder *b, const struct host *host, const struct vm *from,
		    struct graph_vm *vm)
{
	static const char *const p2p[] = {NULL, NULL, "p2p: nvlink", "p2p: pcie"};
	const struct vm_spec *spec = from->spec;
	struct span *items = arena_array(b->arena, spec->gpus.n, sizeof *items);
	const struct span own[2] = {vm_span(spec), vm_span(from->profile)};
	uint32_t n = 0;

	vm->vm = from;
	graph_label_add(b->arena, &vm->label, GRAPH_NAME, "%.*s", STR_ARG(spec->name.s));
	if (spec->gpus.n == 0)
		graph_label_add(b->arena, &vm->label, GRAPH_FACT, "no GPUs");
	else if (p2p[from->p2p])
		graph_label_add(b->arena, &vm->label, GRAPH_FACT, "%s", p2p[from->p2p]);
	for (uint32_t i = 0; i < spec->gpus.n; i++) {
		const struct gpu *gpu = host ? host_gpu(host, spec->gpus.items[i].gpu.s) : NULL;

		if (!gpu)
			continue;
		vm->gpus |= UINT64_C(1) << gpu->index;
		items[n++] = spec->gpus.items[i].at;
	}
	label_missing(b->arena, host, vm);
	graph_label_findings(b, &vm->label, own, items, n);
	vm->worst = vm->label.worst;
}

/* --- GPUs --- */

static void label_gpu(struct graph_builder *b, struct graph_gpu *gpu)
{
	const struct gpu_spec *spec = gpu->gpu->spec;
	const struct span own[2] = {gpu_span(spec)};
	char address[24];

	graph_label_add(b->arena, &gpu->label, GRAPH_NAME, "%.*s", STR_ARG(spec->name.s));
	if (span_given(spec->board.at))
		graph_label_add(b->arena, &gpu->label, GRAPH_FACT, "%.*s", STR_ARG(spec->board.s));
	if (span_given(spec->address.at)) {
		pci_format(spec->address.pci, address);
		graph_label_add(b->arena, &gpu->label, GRAPH_FACT, "%s", address);
	}
	if (gpu->gpu->clique >= 0)
		graph_label_add(b->arena, &gpu->label, GRAPH_FACT, "clique %d", gpu->gpu->clique);
	graph_label_findings(b, &gpu->label, own, NULL, 0);
}

/* The VM has the GPU, whole or as a vGPU. */
static void add_use(struct graph_builder *b, struct graph_gpu *gpu, struct graph_vm *vm,
		    const struct vm_gpu_spec *item, bool first)
{
	struct graph_use *use = &gpu->uses[gpu->n_uses++];
	struct text type = vgpu_of_item(vm->vm->spec, item);
	const struct span own[2] = {item->at};

	use->vm = vm;
	use->first = first;
	if (span_given(type.at))
		graph_label_add(b->arena, &use->label, GRAPH_FACT, "vGPU %.*s", STR_ARG(type.s));
	graph_label_findings(b, &use->label, own, NULL, 0);
	vm->worst = use->label.worst > vm->worst ? use->label.worst : vm->worst;
}

static void count_uses(struct graph_builder *b, struct graph_host *host)
{
	uint32_t n[MAX_GPUS] = {0};

	for (uint32_t v = 0; v < host->n_vms; v++) {
		const struct vm_spec *vm = host->vms[v].vm->spec;

		for (uint32_t i = 0; i < vm->gpus.n; i++) {
			const struct gpu *gpu = host_gpu(host->host, vm->gpus.items[i].gpu.s);

			if (gpu)
				n[gpu->index]++;
		}
	}
	for (uint32_t i = 0; i < host->n_gpus; i++)
		host->gpus[i].uses = arena_array(b->arena, n[i], sizeof *host->gpus[i].uses);
}

/* A VM that shares none of its GPUs is drawn around them. */
static void choose_frames(struct graph_host *host)
{
	gpu_mask once = 0, shared = 0;

	for (uint32_t v = 0; v < host->n_vms; v++) {
		shared |= once & host->vms[v].gpus;
		once |= host->vms[v].gpus;
	}
	for (uint32_t v = 0; v < host->n_vms; v++)
		host->vms[v].framed = host->vms[v].gpus && !(host->vms[v].gpus & shared);
}

static void fill_uses(struct graph_builder *b, struct graph_host *host)
{
	count_uses(b, host);
	for (uint32_t v = 0; v < host->n_vms; v++) {
		struct graph_vm *vm = &host->vms[v];
		bool first = true;

		for (uint32_t i = 0; i < vm->vm->spec->gpus.n; i++) {
			const struct vm_gpu_spec *item = &vm->vm->spec->gpus.items[i];
			const struct gpu *gpu = host_gpu(host->host, item->gpu.s);

			if (!gpu)
				continue;
			add_use(b, &host->gpus[gpu->index], vm, item, first);
			first = false;
		}
		for (uint32_t i = 0; i < host->n_gpus && vm->framed; i++)
			if (vm->gpus & UINT64_C(1) << i)
				host->gpus[i].frame = vm;
	}
}

/* --- the order: NUMA node, root complex, VM, spec; what is not known comes last --- */

static int by_number(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

static uint32_t frame_rank(const struct graph_gpu *gpu)
{
	return gpu->frame ? (uint32_t)__builtin_ctzll(gpu->frame->gpus) : MAX_GPUS;
}

static int by_position(const void *a, const void *b)
{
	const struct graph_gpu *x = a, *y = b;
	int d = by_number(x->node_rank, y->node_rank);

	d = d ? d : by_number(x->complex_rank, y->complex_rank);
	d = d ? d : by_number(frame_rank(x), frame_rank(y));
	return d ? d : by_number(x->gpu->index, y->gpu->index);
}

static void rank(struct graph_host *host, struct graph_gpu *gpu)
{
	gpu->node_rank = gpu->complex_rank = MAX_GPUS;
	for (uint32_t i = host->n_gpus; i-- > 0;) {
		if (gpu->gpu->node >= 0 && host->gpus[i].gpu->node == gpu->gpu->node)
			gpu->node_rank = i;
		if (gpu->complex >= 0 && host->gpus[i].complex == gpu->complex)
			gpu->complex_rank = i;
	}
}

static void put_in_order(struct graph_host *host)
{
	for (uint32_t i = 0; i < host->n_gpus; i++)
		rank(host, &host->gpus[i]);
	if (host->n_gpus)
		qsort(host->gpus, host->n_gpus, sizeof *host->gpus, by_position);
}

/* --- hosts --- */

static void label_host(struct graph_builder *b, struct graph_host *host)
{
	const struct host *from = host->host;
	const struct span own[2] = {host_span(from->spec), host_span(from->profile)};
	struct span gpus[MAX_GPUS];
	const char *kind = "", *links = "";

	if (*from->platform->word)
		kind = arena_printf(b->arena, "%s, ", from->platform->word).p;
	if (host->n_links + host->n_hubs == 0 && host->n_gpus > 1)
		links = arena_printf(b->arena, "; %s, %s",
				     from->nvlink ? "no NVLink" : "NVLink: not said",
				     from->pcie_p2p_known ? "no PCIe P2P" : "PCIe P2P: not said")
				.p;
	graph_label_add(b->arena, &host->label, GRAPH_NAME, "%.*s", STR_ARG(host->name));
	graph_label_add(b->arena, &host->label, GRAPH_FACT, "%s%u %s, %u %s%s", kind, host->n_gpus,
			host->n_gpus == 1 ? "GPU" : "GPUs", host->n_vms,
			host->n_vms == 1 ? "VM" : "VMs", links);
	for (uint32_t i = 0; i < host->n_gpus; i++)
		gpus[i] = gpu_span(from->gpus[i].spec);
	graph_label_findings(b, &host->label, own, gpus, host->n_gpus);
}

static void make_host(struct graph_builder *b, const struct host *from, struct graph_host *host)
{
	int32_t complexes[MAX_GPUS];

	graph_complexes(from, complexes);
	host->n_gpus = from->n_gpus;
	host->gpus = arena_array(b->arena, from->n_gpus, sizeof *host->gpus);
	for (uint32_t i = 0; i < from->n_gpus; i++) {
		host->gpus[i].gpu = &from->gpus[i];
		host->gpus[i].complex = complexes[i];
		label_gpu(b, &host->gpus[i]);
	}
	choose_frames(host);
	fill_uses(b, host);
	graph_links(b, host);
	label_host(b, host);
	put_in_order(host);
}

/* A VM with the name of its host. */
struct resident {
	struct str host;
	const struct vm *vm;
};

static int by_host(const void *a, const void *b)
{
	const struct resident *x = a, *y = b;
	int d = str_cmp(x->host, y->host);

	return d ? d : (x->vm > y->vm) - (x->vm < y->vm);
}

static struct resident *residents_of(struct graph_builder *b)
{
	const struct plan *plan = b->plan;
	struct resident *all = arena_array(b->arena, plan->n_vms, sizeof *all);

	for (uint32_t i = 0; i < plan->n_vms; i++)
		all[i] = (struct resident){plan->vms[i].spec->host.s, &plan->vms[i]};
	if (plan->n_vms)
		qsort(all, plan->n_vms, sizeof *all, by_host);
	return all;
}

/* The VMs at the front of `all` that are on the host; returns how many. */
static uint32_t take_vms(struct graph_builder *b, struct graph_host *host,
			 const struct resident *all, uint32_t n)
{
	uint32_t taken = 0;

	while (taken < n && str_eq(all[taken].host, host->name))
		taken++;
	host->vms = arena_array(b->arena, taken, sizeof *host->vms);
	host->n_vms = taken;
	for (uint32_t i = 0; i < taken; i++)
		make_vm(b, host->host, all[i].vm, &host->vms[i]);
	return taken;
}

/* A host that the plan lacks, for the VMs that name it, or that name none. */
static void label_lacking(struct graph_builder *b, struct graph_host *host)
{
	graph_label_add(b->arena, &host->label, GRAPH_NAME, "%.*s", STR_ARG(host->name));
	graph_label_add(b->arena, &host->label, GRAPH_FACT,
			host->name.n ? "not in the plan" : "VMs that name no host");
	for (uint32_t i = 0; i < host->n_vms; i++)
		if (host->vms[i].worst > host->label.worst)
			host->label.worst = host->vms[i].worst;
}

/* Hosts and residents both stand in the order of the hosts' names. */
static void make_hosts(struct graph_builder *b, struct graph *graph)
{
	const struct plan *plan = b->plan;
	const struct resident *vms = residents_of(b);
	uint32_t next = 0, missing = plan->n_hosts, v = 0;

	graph->hosts = arena_array(b->arena, plan->n_hosts + plan->n_vms, sizeof *graph->hosts);
	while (next < plan->n_hosts || v < plan->n_vms) {
		bool known = next < plan->n_hosts &&
			     (v == plan->n_vms ||
			      str_cmp(plan->hosts[next].spec->name.s, vms[v].host) <= 0);
		struct graph_host *host = &graph->hosts[known ? next : missing];

		host->host = known ? &plan->hosts[next++] : NULL;
		host->name = known ? host->host->spec->name.s : vms[v].host;
		missing += !known;
		v += take_vms(b, host, vms + v, plan->n_vms - v);
		if (known)
			make_host(b, host->host, host);
		else
			label_lacking(b, host);
	}
	graph->n_hosts = missing;
}

struct graph *graph_build(struct arena *arena, const struct plan *plan,
			  const struct findings *findings,
			  bool (*wanted)(struct str host, const void *data), const void *data)
{
	struct graph_builder b = {.arena = arena, .plan = plan};
	struct graph *graph = arena_alloc(arena, sizeof *graph);
	uint32_t kept = 0;

	graph->arena = arena;
	graph_marks_init(&b, findings);
	make_hosts(&b, graph);
	graph_label_rest(&b, &graph->elsewhere);
	for (uint32_t i = 0; i < graph->n_hosts && wanted; i++)
		if (wanted(graph->hosts[i].name, data))
			graph->hosts[kept++] = graph->hosts[i];
	graph->n_hosts = wanted ? kept : graph->n_hosts;
	return graph;
}
