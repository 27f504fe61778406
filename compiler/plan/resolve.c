#include "compiler/plan/steps_private.h"

#include "compiler/finding/stretches.h"
#include "compiler/model/decode.h"
#include "schema/keys.h"

/* Fills each host's list of its VMs: one pass counts, one fills. */
static void list_vms(struct resolver *r)
{
	struct plan *plan = r->plan;

	for (int pass = 0; pass < 2; pass++) {
		for (uint32_t i = 0; i < plan->n_vms; i++) {
			struct host *host = (struct host *)plan->vms[i].host;

			if (!host)
				continue;
			if (pass)
				host->vms[host->n_vms] = &plan->vms[i];
			host->n_vms++;
		}
		for (uint32_t i = 0; i < plan->n_hosts && !pass; i++) {
			struct host *host = &plan->hosts[i];

			host->vms = arena_array(r->arena, host->n_vms, sizeof(void *));
			host->n_vms = 0;
		}
	}
}

static void decide_cliques(struct host *host)
{
	bool wanted = host->platform->cliques == CLIQUES_BY_WRAPPER;

	for (uint32_t i = 0; i < host->n_vms; i++)
		wanted |= host->vms[i]->p2p == P2P_PCIE;
	host->cliques_wanted = host->platform->cliques && host->n_cliques > 0 && wanted;
}

struct pieces {
	struct plan *plan;
	struct spec *spec;
};

static void resolve_hosts(void *context, struct arena *arena, struct findings *findings,
			  uint32_t first, uint32_t past)
{
	const struct pieces *all = context;
	struct resolver r = {
		.arena = arena, .scratch = arena_new(), .findings = findings, .plan = all->plan};

	for (uint32_t i = first; i < past; i++) {
		struct host_spec *spec = all->spec->hosts.items[i];
		struct host *host = &all->plan->hosts[i];

		host->profile = find_host_spec(&all->spec->host_profiles, spec->profile.s);
		resolve_host(&r, spec, host);
	}
	arena_free(r.scratch);
}

/* Runs on one thread: captures become sources of the plan, in the order of their hosts. */
static void resolve_topology(struct resolver *r, struct spec *spec)
{
	for (uint32_t i = 0; i < r->plan->n_hosts; i++) {
		struct host *host = &r->plan->hosts[i];

		capture_open(r, host);
		capture_nodes(r, host);
		resolve_links(r, spec->hosts.items[i], host);
		resolve_fabric(r, host);
	}
	capture_cliques(r, spec);
}

static void resolve_vms(void *context, struct arena *arena, struct findings *findings,
			uint32_t first, uint32_t past)
{
	const struct pieces *all = context;
	struct resolver r = {
		.arena = arena, .scratch = arena_new(), .findings = findings, .plan = all->plan};

	for (uint32_t i = first; i < past; i++) {
		struct vm_spec *spec = all->spec->vms.items[i];
		struct vm *vm = &all->plan->vms[i];

		vm->profile = find_vm_spec(&all->spec->profiles, spec->profile.s);
		resolve_vm(&r, spec, vm);
	}
	arena_free(r.scratch);
}

struct plan *plan_resolve(struct arena *arena, struct sources *sources, struct catalog *catalog,
			  struct spec *spec, struct findings *findings, uint32_t jobs)
{
	struct plan *plan = arena_alloc(arena, sizeof *plan);
	struct resolver r = {.arena = arena, .findings = findings, .plan = plan};
	struct pieces all = {plan, spec};

	*plan = (struct plan){
		.arena = arena,
		.sources = sources,
		.catalog = catalog,
		.figures = catalog_figures(catalog),
		.hosts = arena_array(arena, spec->hosts.n, sizeof *plan->hosts),
		.n_hosts = spec->hosts.n,
		.vms = arena_array(arena, spec->vms.n, sizeof *plan->vms),
		.n_vms = spec->vms.n,
		.n_files = spec->n_files,
		.n_skipped = spec->n_skipped,
		.incomplete = spec->unread,
		.hosts_incomplete = spec->unread & UNREAD_HOSTS,
		.cut = spec->cut,
	};
	parallel_judge(arena, jobs, plan->n_hosts, findings, resolve_hosts, &all);
	resolve_topology(&r, spec);
	parallel_judge(arena, jobs, plan->n_vms, findings, resolve_vms, &all);
	list_vms(&r);
	for (uint32_t i = 0; i < plan->n_hosts; i++) {
		resolve_functions(&r, &plan->hosts[i]);
		decide_cliques(&plan->hosts[i]);
	}
	resolve_claims(&r);
	return plan;
}
