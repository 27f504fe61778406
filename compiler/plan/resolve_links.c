/* Resolves the links between the GPUs of a host: NVLink edges and cliques. */
#include "compiler/plan/steps_private.h"
#include "schema/keys.h"

/* The GPUs that a group names. Unknown ones are reported and left out, and `*whole` is set to
 * false. */
static gpu_mask group_mask(struct resolver *r, const struct host *host, const text_list *ids,
			   const char *key, bool *whole)
{
	gpu_mask mask = 0;

	for (uint32_t i = 0; i < ids->n; i++) {
		const struct text *id = &ids->items[i];
		const struct gpu *gpu = host_gpu(host, id->s);
		struct finding *f;

		if (gpu && !(mask & gpu_bit(gpu->index))) {
			mask |= gpu_bit(gpu->index);
			continue;
		}
		if (gpu) {
			finding_add(r->findings, "spec-value", SEVERITY_ERROR, id->at,
				    "'%s': duplicate GPU '%.*s' in this group", key,
				    STR_ARG(id->s));
			continue;
		}
		*whole = false;
		if (host_broken(host->spec, gpus))
			continue;
		f = finding_add(r->findings, "spec-reference", SEVERITY_ERROR, id->at,
				"'%s': host '%.*s' has no GPU '%.*s'", key,
				STR_ARG(host->spec->name.s), STR_ARG(id->s));
		finding_suggest(r->findings, f, host_nearest_gpu(host, id->s), NULL);
	}
	return mask;
}

static void connect(const struct host *host, gpu_mask group)
{
	for (uint32_t i = 0; i < host->n_gpus; i++)
		if (group & gpu_bit(i))
			host->nvlink[i] |= group & ~gpu_bit(i);
}

static gpu_mask all_gpus(const struct host *host)
{
	return host->n_gpus == MAX_GPUS ? UINT64_MAX : gpu_bit(host->n_gpus) - 1;
}

static void resolve_nvlink(struct resolver *r, struct host_spec *spec, struct host *host)
{
	bool whole = true;

	if (!span_given(spec->nvlink.at))
		return;
	host->nvlink_at = spec->nvlink.at;
	host->nvlink = arena_array(r->arena, host->n_gpus, sizeof *host->nvlink);
	if (spec->nvlink.word == LINKS_ALL)
		connect(host, all_gpus(host));
	for (uint32_t i = 0; i < spec->nvlink.n; i++)
		connect(host, group_mask(r, host, &spec->nvlink.items[i].gpus, "nvlink", &whole));
	if (!whole)
		MARK_BROKEN(spec, host_section, "nvlink");
}

/* Keeps fixed ids and gives the others the lowest free ones, in the order of the spec. */
void number_cliques(struct host *host)
{
	uint64_t next = 0;

	for (uint32_t i = 0; i < host->n_cliques; i++) {
		struct clique *c = &host->cliques[i];
		bool taken = true;

		if (c->group && span_given(c->group->clique.at)) {
			c->id = c->group->clique.n;
			continue;
		}
		while (taken) {
			taken = false;
			for (uint32_t j = 0; j < host->n_cliques && !taken; j++) {
				const struct pcie_group_spec *g = host->cliques[j].group;

				taken = g && span_given(g->clique.at) && g->clique.n == next;
			}
			next += taken;
		}
		c->id = next++;
	}
	for (uint32_t i = 0; i < host->n_cliques; i++)
		for (uint32_t g = 0; g < host->n_gpus; g++)
			if (host->cliques[i].members & gpu_bit(g) && host->gpus[g].clique < 0 &&
			    host->cliques[i].id < MAX_CLIQUES)
				host->gpus[g].clique = (int32_t)host->cliques[i].id;
}

static void resolve_cliques(struct resolver *r, struct host_spec *spec, struct host *host)
{
	bool whole = true;

	if (!span_given(spec->pcie_p2p.at))
		return;
	host->pcie_p2p_known = true;
	host->pcie_p2p_at = spec->pcie_p2p.at;
	host->cliques = arena_array(r->arena, spec->pcie_p2p.n + 1, sizeof *host->cliques);
	if (spec->pcie_p2p.word == LINKS_ALL)
		host->cliques[host->n_cliques++] = (struct clique){.members = all_gpus(host),
								   .at = spec->pcie_p2p.at};
	for (uint32_t i = 0; i < spec->pcie_p2p.n; i++) {
		const struct pcie_group_spec *group = &spec->pcie_p2p.items[i];

		host->cliques[host->n_cliques++] = (struct clique){
			.members = group_mask(r, host, &group->gpus, "pcie_p2p", &whole),
			.group = group,
			.at = group->at,
		};
	}
	number_cliques(host);
	if (!whole)
		MARK_BROKEN(spec, host_section, "pcie_p2p");
}

void resolve_links(struct resolver *r, struct host_spec *spec, struct host *host)
{
	resolve_nvlink(r, spec, host);
	capture_nvlink(r, spec, host);
	resolve_cliques(r, spec, host);
	capture_groups(r, spec, host);
}
