/* The links between the GPUs of a drawn host: edges, hubs of many edges, root complexes. */
#include "compiler/plan/captures.h"
#include "compiler/tools/graph/private.h"

enum {
	SMALL_CLIQUE = 3, /* GPUs: up to here each pair has its edge */
	SMALL_MESH = 4,	  /* the same of NVLink without a switch */
};

static uint32_t count(gpu_mask mask)
{
	return (uint32_t)__builtin_popcountll(mask);
}

/* --- root complexes --- */

static enum cell_kind distance(const struct host *host, uint32_t a, uint32_t b)
{
	return capture_cell(host->topo, &host->gpus[a], &host->gpus[b])->is;
}

static bool is_near(enum cell_kind is)
{
	return is == CELL_PIX || is == CELL_PXB || is == CELL_PHB;
}

/* A pair that is shown as NV# hides its way over PCIe. */
static bool all_far(const struct host *host, uint32_t gpu)
{
	for (uint32_t i = 0; i < host->n_gpus; i++)
		if (i != gpu && distance(host, gpu, i) != CELL_NODE &&
		    distance(host, gpu, i) != CELL_SYS)
			return false;
	return true;
}

/* Gives the GPU's number to all GPUs connected to it by near pairs. */
static void spread(const struct host *host, uint32_t gpu, int32_t number, int32_t of[MAX_GPUS])
{
	gpu_mask front = gpu_bit(gpu);

	while (front) {
		uint32_t at = (uint32_t)__builtin_ctzll(front);

		front &= front - 1;
		of[at] = number;
		for (uint32_t i = 0; i < host->n_gpus; i++)
			if (of[i] < 0 && is_near(distance(host, at, i)))
				front |= gpu_bit(i);
	}
}

void graph_complexes(const struct host *host, int32_t of[MAX_GPUS])
{
	int32_t next = 0;

	for (uint32_t i = 0; i < MAX_GPUS; i++)
		of[i] = -1;
	for (uint32_t i = 0; i < host->n_gpus && host->topo; i++) {
		bool known = host->n_gpus > 1 && all_far(host, i);

		for (uint32_t k = 0; k < host->n_gpus; k++)
			known |= k != i && is_near(distance(host, i, k));
		if (known && of[i] < 0)
			spread(host, i, next++, of);
	}
}

/* --- NVLink --- */

static bool names(const text_list *list, const struct gpu *gpu)
{
	for (uint32_t i = 0; i < list->n; i++)
		if (str_eq(list->items[i].s, gpu->spec->name.s))
			return true;
	return false;
}

/* The `nvlink` group that joins the two; NULL: `nvlink: all`, or a capture. */
static const struct nvlink_group_spec *group_of(const struct host *host, uint32_t a, uint32_t b)
{
	for (uint32_t i = 0; i < host->spec->nvlink.n; i++) {
		const text_list *gpus = &host->spec->nvlink.items[i].gpus;

		if (names(gpus, &host->gpus[a]) && names(gpus, &host->gpus[b]))
			return &host->spec->nvlink.items[i];
	}
	return NULL;
}

/* NVLinks between the two; 0: not said. */
static uint32_t links_between(const struct host *host, uint32_t a, uint32_t b)
{
	const struct nvlink_group_spec *group;

	if (host->topo && distance(host, a, b) == CELL_NVLINK)
		return capture_cell(host->topo, &host->gpus[a], &host->gpus[b])->links;
	group = group_of(host, a, b);
	return group ? (uint32_t)group->links.n : 0;
}

static void add_nvlink(struct graph_builder *b, struct graph_host *host, uint32_t from, uint32_t to)
{
	const struct nvlink_group_spec *group = group_of(host->host, from, to);
	const struct span own[2] = {group ? group->at : (struct span){0}};
	struct graph_link *link = arena_push(b->arena, (void **)&host->links, &host->n_links,
					     &host->links_capacity, sizeof *link);

	*link = (struct graph_link){
		.from = from,
		.to = to,
		.links = links_between(host->host, from, to),
		.clique = -1,
	};
	if (link->links)
		graph_label_add(b->arena, &link->label, GRAPH_FACT, "NV%u", link->links);
	graph_label_findings(b, &link->label, own, NULL, 0);
}

/* "NVSwitch, NV12": the number where every pair has the same. */
static void add_switch(struct graph_builder *b, struct graph_host *host, gpu_mask members)
{
	const struct host *from = host->host;
	uint32_t first = (uint32_t)__builtin_ctzll(members), links = 0;
	bool even = true;
	const char *what = from->nvswitch ? "NVSwitch" : "NVLink, each with each";
	struct graph_hub *hub = arena_push(b->arena, (void **)&host->hubs, &host->n_hubs,
					   &host->hubs_capacity, sizeof *hub);
	const struct span own[2] = {from->spec->nvswitch.at};

	*hub = (struct graph_hub){.members = members, .clique = -1};
	for (uint32_t i = first; i < from->n_gpus; i++)
		for (uint32_t k = i + 1; k < from->n_gpus; k++) {
			if (!(members & gpu_bit(i)) || !(members & gpu_bit(k)))
				continue;
			even &= links == 0 || links_between(from, i, k) == links;
			links = links_between(from, i, k);
		}
	graph_label_add(b->arena, &hub->label, GRAPH_FACT, even && links ? "%s, NV%u" : "%s", what,
			links);
	graph_label_findings(b, &hub->label, own, NULL, 0);
}

/* The GPUs connected to the GPU by NVLink; *mesh: all of them pairwise. */
static gpu_mask joined_with(const struct host *host, uint32_t gpu, bool *mesh)
{
	gpu_mask all = gpu_bit(gpu), before = 0;

	while (all != before) {
		before = all;
		for (uint32_t i = 0; i < host->n_gpus; i++)
			if (before & gpu_bit(i))
				all |= host->nvlink[i];
	}
	*mesh = true;
	for (uint32_t i = 0; i < host->n_gpus; i++)
		*mesh &= !(all & gpu_bit(i)) || (host->nvlink[i] | gpu_bit(i)) == all;
	return all;
}

static void nvlinks(struct graph_builder *b, struct graph_host *host)
{
	const struct host *from = host->host;
	gpu_mask done = 0;

	for (uint32_t i = 0; i < from->n_gpus && from->nvlink; i++) {
		bool mesh;
		gpu_mask all = joined_with(from, i, &mesh);

		if (done & gpu_bit(i) || all == gpu_bit(i))
			continue;
		done |= all;
		if (mesh && (from->nvswitch || count(all) > SMALL_MESH)) {
			add_switch(b, host, all);
			continue;
		}
		for (uint32_t k = 0; k < from->n_gpus; k++)
			for (uint32_t m = k + 1; m < from->n_gpus; m++)
				if (all & gpu_bit(k) && from->nvlink[k] & gpu_bit(m))
					add_nvlink(b, host, k, m);
	}
}

/* --- PCIe P2P --- */

static struct graph_label clique_label(struct graph_builder *b, const struct clique *clique,
				       bool is_hub)
{
	const struct span own[2] = {clique->group ? clique->group->at : (struct span){0}};
	struct graph_label label = {0};

	/* The GPUs at an edge's ends name the clique. */
	graph_label_add(b->arena, &label, GRAPH_FACT, is_hub ? "PCIe P2P, clique %llu" : "P2P",
			(unsigned long long)clique->id);
	graph_label_findings(b, &label, own, NULL, 0);
	return label;
}

static void add_clique(struct graph_builder *b, struct graph_host *host,
		       const struct clique *clique)
{
	uint32_t n = host->host->n_gpus;
	int32_t id = clique->id < MAX_CLIQUES ? (int32_t)clique->id : -1;
	bool is_hub = count(clique->members) > SMALL_CLIQUE;
	struct graph_label label = clique_label(b, clique, is_hub);

	if (is_hub) {
		struct graph_hub *hub = arena_push(b->arena, (void **)&host->hubs, &host->n_hubs,
						   &host->hubs_capacity, sizeof *hub);

		*hub = (struct graph_hub){clique->members, true, id, label};
		return;
	}
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t k = i + 1; k < n; k++) {
			struct graph_link *link;

			if (!(clique->members & gpu_bit(i)) || !(clique->members & gpu_bit(k)))
				continue;
			link = arena_push(b->arena, (void **)&host->links, &host->n_links,
					  &host->links_capacity, sizeof *link);
			*link = (struct graph_link){
				.from = i, .to = k, .pcie = true, .clique = id, .label = label};
		}
}

void graph_links(struct graph_builder *b, struct graph_host *host)
{
	nvlinks(b, host);
	for (uint32_t i = 0; i < host->host->n_cliques; i++)
		add_clique(b, host, &host->host->cliques[i]);
}

/* Light enough for black text; the lines tell apart in grey too, and every GPU names its clique. */
struct graph_colour graph_clique_colour(int32_t clique)
{
	static const struct graph_colour colours[MAX_CLIQUES] = {
		{"#a9d5f2", "#0b67a3"}, {"#f8d98a", "#8f6400"}, {"#b5e2c4", "#13703a"},
		{"#dcc6ec", "#6b3a94"}, {"#f5c9dc", "#a02c66"}, {"#cfd8a0", "#56611a"},
		{"#bfe6e6", "#0f6f73"}, {"#e0cdb2", "#7a5324"}, {"#c3c9f0", "#3643a8"},
		{"#f3e9a6", "#6f6500"}, {"#d6e9f5", "#3a5a72"}, {"#e7d3dd", "#784a61"},
		{"#d5ebc0", "#41701a"}, {"#f6d6bd", "#96501a"}, {"#d0d0d8", "#4a4a58"},
		{"#e3f1dd", "#546b4a"},
	};
	static const struct graph_colour grey = {"#ffffff", "#666666"};

	return clique >= 0 && clique < MAX_CLIQUES ? colours[clique] : grey;
}
