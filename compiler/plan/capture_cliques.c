/* Derives cliques from a capture. They depend on what the VMs want, so this runs between hosts and
 * VMs. */
#include "compiler/plan/partition.h"
#include "compiler/plan/steps_private.h"
#include "schema/keys.h"

/* The GPU sets that the VMs of a host want. */
struct wants {
	struct wanted_gpus *items;
	uint32_t n, capacity;
};

static bool needs_cliques(const struct host *host)
{
	return host->p2p_read && !host->pcie_p2p_known && !host->unusable &&
	       !host_broken(host->spec, pcie_p2p);
}

/* The GPUs of a VM that are passed through whole and must do P2P over PCIe. */
static gpu_mask gpus_of(const struct host *host, const struct vm_spec *vm)
{
	gpu_mask mask = 0;

	for (uint32_t i = 0; i < vm->gpus.n; i++) {
		const struct vm_gpu_spec *item = &vm->gpus.items[i];
		const struct gpu *gpu = host_gpu(host, item->gpu.s);

		if (span_given(vgpu_of_item(vm, item).at))
			return 0;
		if (gpu)
			mask |= UINT64_C(1) << gpu->index;
	}
	return mask;
}

static void collect(struct resolver *r, const struct vm_spec *vm, struct wants *all)
{
	const struct host *host = vm->p2p.is == P2P_PCIE ? plan_host(r->plan, vm->host.s) : NULL;
	struct wanted_gpus want;
	struct wants *wants;

	if (!host || !needs_cliques(host))
		return;
	want = (struct wanted_gpus){gpus_of(host, vm), vm->p2p_scope.is == SCOPE_GROUP};
	if (!(want.gpus & (want.gpus - 1)))
		return;
	wants = &all[host - r->plan->hosts];
	*(struct wanted_gpus *)arena_push(r->arena, (void **)&wants->items, &wants->n,
					  &wants->capacity, sizeof want) = want;
}

static void add_cliques(struct resolver *r, struct host *host, const struct wants *wants)
{
	gpu_mask ok[MAX_GPUS] = {0}, sets[MAX_GPUS];
	const struct topo_cell *why;
	uint32_t n;

	for (uint32_t i = 0; i < host->n_gpus; i++)
		for (uint32_t j = 0; j < i; j++)
			if (capture_proves(host, &host->gpus[i], &host->gpus[j], &why)) {
				ok[i] |= UINT64_C(1) << j;
				ok[j] |= UINT64_C(1) << i;
			}
	n = partition_gpus(host->n_gpus, ok, wants->items, wants->n, sets);
	host->pcie_p2p_known = true;
	host->pcie_p2p_at = host->spec->captures.p2p_read.at;
	host->cliques = arena_array(r->arena, n, sizeof *host->cliques);
	for (uint32_t i = 0; i < n; i++)
		/* A single GPU needs no clique. */
		if (sets[i] & (sets[i] - 1))
			host->cliques[host->n_cliques++] = (struct clique){.members = sets[i],
									   .at = host->pcie_p2p_at};
	number_cliques(host);
}

void capture_cliques(struct resolver *r, const struct spec *spec)
{
	struct plan *plan = r->plan;
	struct wants *all = NULL;

	for (uint32_t i = 0; i < plan->n_hosts && !all; i++)
		if (needs_cliques(&plan->hosts[i]))
			all = arena_array(r->arena, plan->n_hosts, sizeof *all);
	for (uint32_t i = 0; all && i < spec->vms.n; i++)
		collect(r, spec->vms.items[i], all);
	for (uint32_t i = 0; all && i < plan->n_hosts; i++)
		if (needs_cliques(&plan->hosts[i]))
			add_cliques(r, &plan->hosts[i], &all[i]);
}
