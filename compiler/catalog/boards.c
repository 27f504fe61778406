/* Boards: boards.csv, and GeForce PCI ids that only geforce.csv has. */
#include "compiler/catalog/private.h"

#include <stdlib.h>

#include "schema/grammar.h"

enum {
	BOARD_ID,
	BOARD_NAME,
	BOARD_CLASS,
	BOARD_ARCH,
	BOARD_CHIP,
	BOARD_DEVICE,
	BOARD_SUBSYSTEM,
	BOARD_FB,
	BOARD_BAR1,
	BOARD_MMIO,
	BOARD_VGPU_CODE,
	BOARD_NVSWITCH,
};
static const char *const board_columns[] = {
	"id",
	"board",
	"class",
	"arch",
	"chip",
	"pci_device",
	"subsystem_device",
	"fb_gb",
	"bar1_gb",
	"vsphere_mmio_gb",
	"vgpu_code",
	"nvswitch",
	NULL,
};

/* In the order of enum board_class. */
static const char *const class_words[] = {"datacenter", "workstation", "geforce", NULL};
static const char *const no_yes[] = {"no", "yes", NULL};
/* In the order of enum uvm_p2p, from UVM_P2P_LOST. */
static const char *const uvm_words[] = {"lost", "unnamed", NULL};

static int compare_ids(const void *left, const void *right)
{
	const struct board *a = *(const struct board *const *)left;
	const struct board *b = *(const struct board *const *)right;
	return str_cmp(a->id, b->id);
}

static int compare_devices(const void *left, const void *right)
{
	const struct board *a = *(const struct board *const *)left;
	const struct board *b = *(const struct board *const *)right;
	/* Boards with the same device keep the order of the table, for messages. */
	return a->pci_device != b->pci_device ? a->pci_device - b->pci_device : (a > b) - (a < b);
}

static const struct board **sorted(struct arena *arena, const struct boards *boards,
				   int (*compare)(const void *, const void *))
{
	const struct board **list = arena_array(arena, boards->n, sizeof(*list));

	for (uint32_t i = 0; i < boards->n; i++)
		list[i] = &boards->list[i];
	if (boards->n)
		qsort(list, boards->n, sizeof(*list), compare);
	return list;
}

static struct board *push_board(struct catalog *catalog, struct boards *boards)
{
	return arena_push(catalog->arena, (void **)&boards->list, &boards->n, &boards->capacity,
			  sizeof(*boards->list));
}

/* Takes an item of a subsystem cell, `1463` or `179b..17a2`, off the front of `*s`. */
static bool take_subsystem(struct str *s, struct subsystem *range)
{
	size_t n = 4;

	if (!pci_hex(*s, &range->first))
		return false;
	range->last = range->first;
	if (s->n >= 10 && memcmp(s->p + 4, "..", 2) == 0) {
		if (!pci_hex((struct str){s->p + 6, s->n - 6}, &range->last) ||
		    range->last < range->first)
			return false;
		n = 10;
	}
	*s = (struct str){s->p + n, s->n - n};
	return true;
}

/* Reads `10de:1463/147f/1622`, `10de:179b..17a2`, `10de:1459 (+OEM)` or an empty cell. */
static void read_subsystems(struct catalog *catalog, struct table *table)
{
	struct str cell = table_text(table, BOARD_SUBSYSTEM), rest = cell;
	bool good = true;

	if (cell.n == 0)
		return;
	good = cell.n > 5 && memcmp(cell.p, "10de:", 5) == 0;
	if (good)
		rest = (struct str){cell.p + 5, cell.n - 5};
	while (good) {
		struct subsystem *range = PUSH(catalog, subsystems);
		good = take_subsystem(&rest, range);
		range->board_number = catalog->boards.n;
		if (rest.n == 0 || rest.p[0] != '/')
			break;
		rest = (struct str){rest.p + 1, rest.n - 1};
	}
	if (!good || (rest.n && !str_is(rest, " (+OEM)")))
		table_fail(table, BOARD_SUBSYSTEM,
			   "'%.*s' is not a subsystem id like 10de:1463/147f or 10de:179b..17a2",
			   STR_ARG(cell));
}

static void read_board(struct catalog *catalog, struct table *table)
{
	struct str id = table_name(table, BOARD_ID);
	const struct architecture *arch = architecture_find(catalog, table_text(table, BOARD_ARCH));

	for (uint32_t i = 0; i < catalog->boards.n; i++) {
		if (str_eq(catalog->boards.list[i].id, id))
			table_fail(table, BOARD_ID, "a second board '%.*s'", STR_ARG(id));
	}
	if (!grammar_match(GRAMMAR_BOARD, id))
		table_fail(table, BOARD_ID, "'%.*s' is not a board id like %s", STR_ARG(id),
			   grammar_example(GRAMMAR_BOARD));
	if (!arch) {
		catalog_dangling(catalog, table, BOARD_ARCH, TABLE_ARCHITECTURES);
		return;
	}
	*push_board(catalog, &catalog->boards) = (struct board){
		.id = id,
		.name = table_name(table, BOARD_NAME),
		.class = (enum board_class)table_word(table, BOARD_CLASS, class_words),
		.arch = arch,
		.chip = table_name(table, BOARD_CHIP),
		.pci_device = table_pci_device(table, BOARD_DEVICE),
		.framebuffer = table_gib(table, BOARD_FB),
		.bar1 = table_gib(table, BOARD_BAR1),
		.vsphere_mmio = table_gib(table, BOARD_MMIO),
		.vgpu_code = table_text(table, BOARD_VGPU_CODE),
		.nvswitch = table_word(table, BOARD_NVSWITCH, no_yes),
	};
	read_subsystems(catalog, table);
}

enum { UVM_BOARD, UVM_P2P };
static const char *const uvm_columns[] = {"board_id", "uvm_p2p", NULL};

static bool load_uvm(struct catalog *catalog, struct catalog_error *error)
{
	struct table table;

	catalog_read(catalog, &table, TABLE_BOARD_UVM, uvm_columns, error);
	while (table_next(&table)) {
		struct str id = table_name(&table, UVM_BOARD);
		unsigned word = table_word(&table, UVM_P2P, uvm_words);
		uint32_t i = 0;

		while (i < catalog->boards.n && !str_eq(catalog->boards.list[i].id, id))
			i++;
		if (i < catalog->boards.n)
			catalog->boards.list[i].uvm_p2p = (enum uvm_p2p)(word + UVM_P2P_LOST);
		else
			catalog_dangling(catalog, &table, UVM_BOARD, TABLE_BOARDS);
	}
	return table_end(&table);
}

bool catalog_load_boards(struct catalog *catalog, struct catalog_error *error)
{
	struct table table;

	catalog_need(catalog, PART_ARCHITECTURES);
	catalog_read(catalog, &table, TABLE_BOARDS, board_columns, error);
	while (table_next(&table))
		read_board(catalog, &table);
	catalog->boards.by_id = sorted(catalog->arena, &catalog->boards, compare_ids);
	catalog->boards.by_device = sorted(catalog->arena, &catalog->boards, compare_devices);
	return table_end(&table) && load_uvm(catalog, error);
}

enum { GEFORCE_DEVICE, GEFORCE_CHIP, GEFORCE_NAME };
static const char *const geforce_columns[] = {"pci_device", "chip", "name", NULL};

bool catalog_load_geforce(struct catalog *catalog, struct catalog_error *error)
{
	struct table table;

	catalog_need(catalog, PART_ARCHITECTURES);
	catalog_read(catalog, &table, TABLE_GEFORCE, geforce_columns, error);
	while (table_next(&table)) {
		struct str chip = table_text(&table, GEFORCE_CHIP);

		*push_board(catalog, &catalog->geforce) = (struct board){
			.id = table_text(&table, GEFORCE_DEVICE),
			.name = table_name(&table, GEFORCE_NAME),
			.class = BOARD_GEFORCE,
			.arch = architecture_of_chip(catalog, chip),
			.chip = chip,
			.pci_device = table_pci_device(&table, GEFORCE_DEVICE),
		};
	}
	catalog->geforce.by_device = sorted(catalog->arena, &catalog->geforce, compare_devices);
	return table_end(&table);
}

const char *board_class_word(enum board_class class)
{
	return class_words[class];
}

const struct board *catalog_board(struct catalog *catalog, struct str id)
{
	struct board wanted = {.id = id};
	const struct board *key = &wanted;

	catalog_need(catalog, PART_BOARDS);
	const struct board **found = catalog->boards.n ? bsearch(&key, catalog->boards.by_id,
								 catalog->boards.n, sizeof(*found),
								 compare_ids)
						       : NULL;
	return found ? *found : NULL;
}

const struct board *catalog_boards(struct catalog *catalog, size_t *n)
{
	catalog_need(catalog, PART_BOARDS);
	*n = catalog->boards.n;
	return catalog->boards.list;
}

/* Returns the boards of a device, which are adjacent in by_device, and sets *n to their number. */
static const struct board **of_device(const struct boards *boards, uint16_t device, size_t *n)
{
	uint32_t low = 0, high = boards->n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (boards->by_device[middle]->pci_device < device)
			low = middle + 1;
		else
			high = middle;
	}
	*n = 0;
	while (low + *n < boards->n && boards->by_device[low + *n]->pci_device == device)
		++*n;
	return boards->by_device + low;
}

static const struct board **find_device(struct catalog *catalog, uint16_t device, size_t *n)
{
	catalog_need(catalog, PART_BOARDS);
	const struct board **found = of_device(&catalog->boards, device, n);
	if (*n)
		return found;

	catalog_need(catalog, PART_GEFORCE);
	found = of_device(&catalog->geforce, device, n);
	/* In geforce.csv, a device with two rows is one chip with two names. */
	if (*n > 1)
		*n = 1;
	return found;
}

size_t catalog_boards_of_device(struct catalog *catalog, uint16_t device, const struct board **out,
				size_t max)
{
	size_t n;
	const struct board **found = find_device(catalog, device, &n);

	for (size_t i = 0; i < n && i < max; i++)
		out[i] = found[i];
	return n;
}

static bool has_subsystem(const struct catalog *catalog, const struct board *board, uint16_t id)
{
	uint32_t number = (uint32_t)(board - catalog->boards.list) + 1;

	for (uint32_t i = 0; i < catalog->n_subsystems; i++) {
		const struct subsystem *range = &catalog->subsystems[i];
		if (range->board_number == number && id >= range->first && id <= range->last)
			return true;
	}
	return false;
}

bool pci_id_parse(struct str s, struct pci_id *out)
{
	struct pci_id id = {.has_subsystem = s.n == 14};
	uint16_t vendor;

	if ((s.n != 9 && s.n != 14) || s.p[4] != ':' || (id.has_subsystem && s.p[9] != '/'))
		return false;
	if (!pci_hex(s, &vendor) || vendor != 0x10de ||
	    !pci_hex((struct str){s.p + 5, s.n - 5}, &id.device) ||
	    (id.has_subsystem && !pci_hex((struct str){s.p + 10, s.n - 10}, &id.subsystem)))
		return false;
	*out = id;
	return true;
}

const struct board *catalog_board_by_pci(struct catalog *catalog, struct str pci_id, size_t *shared)
{
	struct pci_id id;
	size_t n = 0, matches = 0;
	const struct board **found = NULL, *match = NULL;

	if (pci_id_parse(pci_id, &id))
		found = find_device(catalog, id.device, &n);
	for (size_t i = 0; i < n; i++) {
		/* If only one board has the device, it matches any card maker's subsystem. */
		if (n > 1 && id.has_subsystem && !has_subsystem(catalog, found[i], id.subsystem))
			continue;
		match = found[i];
		matches++;
	}
	if (shared)
		*shared = matches;
	return matches == 1 ? match : NULL;
}
