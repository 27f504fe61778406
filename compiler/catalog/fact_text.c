/* Texts for placeholders on the rules' pages, such as {release:qemu_many_large_bars}: rows of
 * releases.csv and figures.csv, and lists of architectures, types and boards with some property. */
#include "compiler/catalog/private.h"

/* A list such as "a, b and c": the text before the last item, and that item. */
struct enumeration {
	struct arena *arena;
	struct str before, last;
};

static void add(struct enumeration *list, struct str item)
{
	if (list->last.n)
		list->before = arena_printf(list->arena, "%.*s%s%.*s", STR_ARG(list->before),
					    list->before.n ? ", " : "", STR_ARG(list->last));
	list->last = item;
}

static struct str enumerated(const struct enumeration *list)
{
	if (list->before.n)
		return arena_printf(list->arena, "%.*s and %.*s", STR_ARG(list->before),
				    STR_ARG(list->last));
	return list->last.n ? list->last : STR("none");
}

static void list_msix_at_c8(const struct catalog *catalog, struct enumeration *list)
{
	for (uint32_t i = 0; i < catalog->n_architectures; i++)
		if (catalog->architectures[i].msix_at_c8)
			add(list, catalog->architectures[i].name);
}

static void list_mixed_size(const struct catalog *catalog, struct enumeration *list)
{
	for (uint32_t i = 0; i < catalog->n_architectures; i++)
		if (catalog->architectures[i].mixed_size)
			add(list, catalog->architectures[i].name);
}

static void list_esxi_nvswitch(const struct catalog *catalog, struct enumeration *list)
{
	for (uint32_t i = 0; i < catalog->n_architectures; i++) {
		const struct architecture *arch = &catalog->architectures[i];

		if (arch->esxi_nvswitch)
			add(list,
			    arena_printf(list->arena, "%.*s (%.*s)",
					 STR_ARG(arch->esxi_nvswitch->text), STR_ARG(arch->name)));
	}
}

static void list_multicast(const struct catalog *catalog, struct enumeration *list)
{
	for (uint32_t i = 0; i < catalog->n_types; i++)
		if (catalog->multicast[i])
			add(list, catalog->types[i].name);
}

static void list_fully_connected(const struct catalog *catalog, struct enumeration *list)
{
	for (uint32_t i = 0; i < catalog->n_p2p; i++)
		if (catalog->p2p[i].fully_connected)
			add(list, catalog->p2p[i].known->name);
}

static void list_old(const struct catalog *catalog, struct enumeration *list)
{
	for (uint32_t i = 0; i < catalog->n_p2p; i++)
		if (catalog->p2p[i].listing == P2P_LISTED_OLD)
			add(list, catalog->p2p[i].known->name);
}

/* Shows both names if the documents and the driver differ. */
static void list_conflicting(const struct catalog *catalog, struct enumeration *list)
{
	for (uint32_t i = 0; i < catalog->n_p2p; i++) {
		const struct p2p_row *row = &catalog->p2p[i];
		struct str name = row->known->name;

		if (row->listing == P2P_LISTED_CONFLICTING)
			add(list, !row->docs_type.n || str_eq(row->docs_type, name)
					  ? name
					  : arena_printf(list->arena, "%.*s (%.*s in the driver)",
							 STR_ARG(row->docs_type), STR_ARG(name)));
	}
}

static void list_uvm_lost(const struct catalog *catalog, struct enumeration *list)
{
	for (uint32_t i = 0; i < catalog->boards.n; i++)
		if (catalog->boards.list[i].uvm_p2p == UVM_P2P_LOST)
			add(list, catalog->boards.list[i].id);
}

static void list_uvm_unnamed(const struct catalog *catalog, struct enumeration *list)
{
	for (uint32_t i = 0; i < catalog->boards.n; i++)
		if (catalog->boards.list[i].uvm_p2p == UVM_P2P_UNNAMED)
			add(list, catalog->boards.list[i].id);
}

static const struct {
	const char *name;
	enum catalog_part part;
	void (*list)(const struct catalog *catalog, struct enumeration *list);
} lists[] = {
	{"architectures:msix_at_c8", PART_ARCHITECTURES, list_msix_at_c8},
	{"architectures:mixed_size", PART_ARCHITECTURES, list_mixed_size},
	{"releases:esxi_nvswitch", PART_ARCHITECTURES, list_esxi_nvswitch},
	{"types:multicast", PART_MULTICAST, list_multicast},
	{"types:fully_connected", PART_P2P, list_fully_connected},
	{"types:old", PART_P2P, list_old},
	{"types:conflicting", PART_P2P, list_conflicting},
	{"boards:uvm_lost", PART_BOARDS, list_uvm_lost},
	{"boards:uvm_unnamed", PART_BOARDS, list_uvm_unnamed},
};

static const struct fact *row_of(struct catalog *catalog, struct str what)
{
	const struct fact *release = fact_find(&catalog->releases, what);

	return release ? release : fact_find(&catalog->figures.rows, what);
}

/* Takes `kind` off the front of `*s`. False if `*s` does not start with it. */
static bool take_kind(struct str *s, const char *kind)
{
	size_t n = strlen(kind);

	if (s->n < n || memcmp(s->p, kind, n) != 0)
		return false;
	*s = (struct str){s->p + n, s->n - n};
	return true;
}

struct str catalog_fact_text(struct catalog *catalog, struct arena *arena, struct str name)
{
	struct enumeration list = {.arena = arena};
	const struct fact *fact;
	bool source;

	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		if (str_is(name, lists[i].name)) {
			catalog_need(catalog, lists[i].part);
			lists[i].list(catalog, &list);
			return enumerated(&list);
		}
	catalog_need(catalog, PART_RELEASES);
	catalog_need(catalog, PART_FIGURES);
	source = take_kind(&name, "source:");
	if (!source && !take_kind(&name, "release:") && !take_kind(&name, "figure:"))
		return (struct str){0};
	fact = row_of(catalog, name);
	if (!fact)
		return (struct str){0};
	return source ? fact->source : fact->text;
}
