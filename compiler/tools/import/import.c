/* The keys that captures give, as YAML. */
#include "compiler/tools/import/import.h"

#include "compiler/plan/partition.h"
#include "compiler/source/yaml_write.h"

enum { MAX_SPEC_LINKS = 18, SHOWN_PAIRS = 8 };

static bool in(gpu_mask set, uint32_t i)
{
	return set >> i & 1;
}

/* [g0, g1] */
static void put_group(struct buffer *out, gpu_mask set)
{
	const char *before = "[";

	for (uint32_t i = 0; i < MAX_GPUS; i++)
		if (in(set, i)) {
			buffer_printf(out, "%sg%u", before, i);
			before = ", ";
		}
	buffer_puts(out, "]");
}

static gpu_mask all_gpus(uint32_t n)
{
	return n == MAX_GPUS ? UINT64_MAX : (UINT64_C(1) << n) - 1;
}

/* --- nvlink --- */

static void put_link_group(struct buffer *out, const char *indent, struct link_group group)
{
	bool shown = group.links <= MAX_SPEC_LINKS;

	buffer_printf(out, "%s  - %s", indent, shown ? "{gpus: " : "");
	put_group(out, group.gpus);
	if (shown)
		buffer_printf(out, ", links: %u}", group.links);
	buffer_puts(out, "\n");
}

static void put_nvlink(struct buffer *out, const char *indent, const struct capture *topo)
{
	struct link_group *groups;
	uint32_t n;

	if (!topo || !topo->links_known) {
		yaml_write_comment(out, indent,
				   "nvlink is not known: %s; import `nvidia-smi topo -m` too",
				   topo ? "this matrix shows no NVLink at all (-mp, or an old -m)"
					: "-p2p does not tell it");
		return;
	}
	groups = arena_array(out->arena, MAX_LINK_GROUPS, sizeof *groups);
	n = link_groups(topo, groups);
	if (n == 0) {
		buffer_printf(out, "%snvlink: none\n", indent);
	} else if (n == 1 && groups[0].gpus == all_gpus(topo->n)) {
		buffer_printf(out, "%snvlink: all # NV%u\n", indent, groups[0].links);
	} else {
		buffer_printf(out, "%snvlink:\n", indent);
		for (uint32_t i = 0; i < n; i++)
			put_link_group(out, indent, groups[i]);
	}
}

/* --- pcie_p2p --- */

static uint32_t proven_pairs(const struct capture_set *set, gpu_mask ok[MAX_GPUS])
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < set->read->n; i++)
		for (uint32_t j = 0; j < i; j++)
			if (capture_set_proves(set, i, j)) {
				ok[i] |= UINT64_C(1) << j;
				ok[j] |= UINT64_C(1) << i;
				n++;
			}
	return n;
}

/* Pairs that are OK and in no group: a GPU can be in one only. */
static void put_lost_pairs(struct buffer *out, const char *indent, const gpu_mask *ok,
			   const gpu_mask *sets, uint32_t n_sets, uint32_t n_gpus)
{
	struct buffer pairs;
	uint32_t n = 0;

	buffer_init(&pairs, out->arena);
	for (uint32_t i = 0; i < n_sets; i++)
		for (uint32_t a = 0; a < n_gpus; a++)
			for (uint32_t b = a + 1; b < n_gpus; b++)
				if (in(sets[i], a) && !in(sets[i], b) && in(ok[a], b) &&
				    n++ < SHOWN_PAIRS)
					buffer_printf(&pairs, "%s[g%u, g%u]", n > 1 ? ", " : "", a,
						      b);
	if (n > SHOWN_PAIRS)
		buffer_printf(&pairs, " and %u more", n - SHOWN_PAIRS);
	if (n)
		yaml_write_comment(out, indent,
				   "OK is not transitive here, and a GPU has one group: these "
				   "give up %.*s. The key `captures` would choose for the VMs of "
				   "the plan.",
				   STR_ARG(buffer_text(&pairs)));
}

static void put_groups(struct buffer *out, const char *indent, const struct capture_set *set)
{
	gpu_mask ok[MAX_GPUS] = {0}, sets[MAX_GPUS];
	uint32_t n, gpus = set->read->n;

	if (proven_pairs(set, ok) == 0) {
		buffer_printf(out, "%spcie_p2p: none\n", indent);
		return;
	}
	n = partition_gpus(gpus, ok, NULL, 0, sets);
	put_lost_pairs(out, indent, ok, sets, n, gpus);
	if (n == 1) {
		buffer_printf(out, "%spcie_p2p: all\n", indent);
		return;
	}
	buffer_printf(out, "%spcie_p2p:\n", indent);
	for (uint32_t i = 0; i < n; i++) {
		if (!(sets[i] & (sets[i] - 1)))
			continue; /* a GPU alone is in no group */
		buffer_printf(out, "%s  - ", indent);
		put_group(out, sets[i]);
		buffer_puts(out, "\n");
	}
}

static void put_pcie_p2p(struct buffer *out, const char *indent, const struct capture_set *set)
{
	if (!set->read) {
		yaml_write_comment(out, indent,
				   "pcie_p2p is not known: import `nvidia-smi topo -p2p r` too");
		return;
	}
	if (!set->topo || !set->topo->links_known)
		yaml_write_comment(out, indent,
				   "OK may be NVLink's, which proves nothing of PCIe: `nvidia-smi "
				   "topo -m` would tell");
	put_groups(out, indent, set);
}

void import_links(struct buffer *out, const char *indent, const struct capture_set *set)
{
	/* A GPU alone has no pairs. */
	if (capture_set_gpus(set) < 2)
		return;
	put_nvlink(out, indent, set->topo);
	put_pcie_p2p(out, indent, set);
}

/* --- the host --- */

static void put_source(struct buffer *out, const struct sources *sources,
		       const struct capture *capture, const char *what, bool told)
{
	if (capture)
		yaml_write_comment(out, "", "nvidia-smi topo %s: %.*s%s", what,
				   STR_ARG(source_of(sources, capture->header)->name),
				   !told ? " (taken for that: the command is not in it)" : "");
}

static void put_nodes(struct buffer *out, const struct capture *topo)
{
	bool any = false;

	for (uint32_t i = 0; topo && i < topo->n; i++) {
		if (topo->nodes[i] < 0)
			continue;
		if (!any)
			buffer_puts(out,
				    "gpus: # into the host's own: a GPU also needs its board and "
				    "address\n");
		any = true;
		buffer_printf(out, "  g%u: {numa: %d}\n", i, (int)topo->nodes[i]);
	}
	if (!any)
		yaml_write_comment(out, "", "numa is not known: %s",
				   topo ? "the matrix names no node of a single number"
					: "import `nvidia-smi topo -m` too");
}

void import_host(struct buffer *out, const struct sources *sources, const struct capture_set *set)
{
	put_source(out, sources, set->topo,
		   set->topo && set->topo->links_known ? "-m" : "-m or -mp", true);
	put_source(out, sources, set->read, "-p2p r", set->read && set->read->told);
	put_source(out, sources, set->write, "-p2p w", set->write && set->write->told);
	yaml_write_comment(out, "",
			   "g0 is GPU0, the first one by PCI address, and so on: %u in all",
			   capture_set_gpus(set));
	import_links(out, "", set);
	put_nodes(out, set->topo);
}
