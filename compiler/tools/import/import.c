/* The keys that captures give. */
#include "compiler/tools/import/import.h"

#include "compiler/plan/partition.h"
#include "compiler/source/yaml_write.h"

enum { MAX_SPEC_LINKS = 18, SHOWN_PAIRS = 8 };

static bool in(gpu_mask set, uint32_t i)
{
	return set >> i & 1;
}

static struct text gpu_name(struct arena *arena, uint32_t i)
{
	return made_text(arena_printf(arena, "g%u", i));
}

static text_list gpu_names(struct arena *arena, gpu_mask set)
{
	text_list names = {.items = arena_array(arena, MAX_GPUS, sizeof *names.items)};

	for (uint32_t i = 0; i < MAX_GPUS; i++)
		if (in(set, i))
			names.items[names.n++] = gpu_name(arena, i);
	return names;
}

static gpu_mask all_gpus(uint32_t n)
{
	return n == MAX_GPUS ? UINT64_MAX : (UINT64_C(1) << n) - 1;
}

/* --- nvlink --- */

static void add_nvlink(const struct capture *topo, struct host_spec *host,
		       struct encode_notes *notes)
{
	struct arena *arena = notes->arena;
	struct link_group *groups;
	uint32_t n;

	if (!topo || !topo->links_known) {
		encode_note(notes, &host->nvlink, NOTE_ABOVE,
			    "nvlink is not known: %s; import `nvidia-smi topo -m` too",
			    topo ? "this matrix shows no NVLink at all (-mp, or an old -m)"
				 : "-p2p does not tell it");
		return;
	}
	groups = arena_array(arena, MAX_LINK_GROUPS, sizeof *groups);
	n = link_groups(topo, groups);
	if (n == 0 || (n == 1 && groups[0].gpus == all_gpus(topo->n))) {
		host->nvlink.at = SPAN_MADE;
		host->nvlink.word = n ? LINKS_ALL : LINKS_NONE;
		if (n)
			encode_note(notes, &host->nvlink, NOTE_BEHIND, "NV%u", groups[0].links);
		return;
	}
	host->nvlink.items = arena_array(arena, n, sizeof *host->nvlink.items);
	for (uint32_t i = 0; i < n; i++) {
		struct nvlink_group_spec *group = &host->nvlink.items[host->nvlink.n++];

		group->gpus = gpu_names(arena, groups[i].gpus);
		if (groups[i].links <= MAX_SPEC_LINKS)
			group->links = made_number(groups[i].links);
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
static void note_lost_pairs(struct encode_notes *notes, const void *at, const gpu_mask *ok,
			    const gpu_mask *sets, uint32_t n_sets, uint32_t n_gpus)
{
	struct buffer pairs;
	uint32_t n = 0;

	buffer_init(&pairs, notes->arena);
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
		encode_note(notes, at, NOTE_ABOVE,
			    "OK is not transitive here, and a GPU has one group: these give up "
			    "%.*s. The key `captures` would choose for the VMs of the plan.",
			    STR_ARG(buffer_text(&pairs)));
}

static void add_groups(const struct capture_set *set, struct host_spec *host,
		       struct encode_notes *notes)
{
	gpu_mask ok[MAX_GPUS] = {0}, sets[MAX_GPUS];
	uint32_t n = 0, gpus = set->read->n;

	if (proven_pairs(set, ok) > 0)
		n = partition_gpus(gpus, ok, NULL, 0, sets);
	note_lost_pairs(notes, &host->pcie_p2p, ok, sets, n, gpus);
	if (n <= 1) {
		host->pcie_p2p.at = SPAN_MADE;
		host->pcie_p2p.word = n ? LINKS_ALL : LINKS_NONE;
		return;
	}
	host->pcie_p2p.items = arena_array(notes->arena, n, sizeof *host->pcie_p2p.items);
	for (uint32_t i = 0; i < n; i++)
		if (sets[i] & (sets[i] - 1)) /* a GPU alone is in no group */
			host->pcie_p2p.items[host->pcie_p2p.n++].gpus = gpu_names(notes->arena,
										  sets[i]);
}

static void add_pcie_p2p(const struct capture_set *set, struct host_spec *host,
			 struct encode_notes *notes)
{
	if (!set->read) {
		encode_note(notes, &host->pcie_p2p, NOTE_ABOVE,
			    "pcie_p2p is not known: import `nvidia-smi topo -p2p r` too");
		return;
	}
	if (!set->topo || !set->topo->links_known)
		encode_note(notes, &host->pcie_p2p, NOTE_ABOVE,
			    "OK may be NVLink's, which proves nothing of PCIe: `nvidia-smi topo "
			    "-m` would tell");
	add_groups(set, host, notes);
}

void import_links(const struct capture_set *set, struct host_spec *host, struct encode_notes *notes)
{
	/* A GPU alone has no pairs. */
	if (capture_set_gpus(set) < 2)
		return;
	add_nvlink(set->topo, host, notes);
	add_pcie_p2p(set, host, notes);
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

static void add_nodes(const struct capture *topo, struct host_spec *host,
		      struct encode_notes *notes)
{
	if (topo)
		host->gpus.items = arena_array(notes->arena, topo->n, sizeof *host->gpus.items);
	for (uint32_t i = 0; topo && i < topo->n; i++) {
		struct gpu_spec *gpu = &host->gpus.items[host->gpus.n];

		if (topo->nodes[i] < 0)
			continue;
		gpu->name = gpu_name(notes->arena, i);
		gpu->numa = made_number((uint64_t)topo->nodes[i]);
		host->gpus.n++;
	}
	if (host->gpus.n)
		encode_note(notes, &host->gpus, NOTE_BEHIND,
			    "into the host's own: a GPU also needs its board and address");
	else
		encode_note(notes, &host->gpus, NOTE_ABOVE, "numa is not known: %s",
			    topo ? "the matrix names no node of a single number"
				 : "import `nvidia-smi topo -m` too");
}

void import_host(struct buffer *out, const struct sources *sources, const struct capture_set *set)
{
	struct encode_notes notes = {.arena = out->arena};
	struct host_spec host = {0};

	put_source(out, sources, set->topo,
		   set->topo && set->topo->links_known ? "-m" : "-m or -mp", true);
	put_source(out, sources, set->read, "-p2p r", set->read && set->read->told);
	put_source(out, sources, set->write, "-p2p w", set->write && set->write->told);
	yaml_write_comment(out, "",
			   "g0 is GPU0, the first one by PCI address, and so on: %u in all",
			   capture_set_gpus(set));
	import_links(set, &host, &notes);
	add_nodes(set->topo, &host, &notes);
	encode(out, &host_section, &host, 0, &notes);
}
