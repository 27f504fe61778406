/* gpuplan boards: the catalog. */
#include <strings.h>

#include "compiler/base/json.h"
#include "compiler/cli/cli.h"

static enum status run(struct arena *arena, const struct options *options);

const struct command command_boards = {
	.name = "boards",
	.arguments = "[BOARD…]",
	.summary = "show the catalog: boards, PCI ids, framebuffer, MMIO, vGPU types with P2P",
	.run = run,
	.bit = COMMAND_BOARDS,
};

static struct str gib(struct arena *arena, uint64_t bytes)
{
	if (bytes == 0)
		return STR("-");
	if (bytes < GIB)
		return arena_printf(arena, "%.2f", (double)bytes / (double)GIB);
	return arena_printf(arena, "%llu", (unsigned long long)(bytes / GIB));
}

static bool has_p2p(struct catalog *catalog, const struct board *board,
		    const struct vgpu_type *type)
{
	return catalog_p2p(catalog, board, type) != NULL;
}

static struct str p2p_types(struct arena *arena, struct catalog *catalog, const struct board *board)
{
	struct str all = STR("");
	size_t n;
	const struct vgpu_type *types = catalog_vgpu_types(catalog, &n);

	for (size_t i = 0; i < n; i++)
		if (has_p2p(catalog, board, &types[i]))
			all = arena_printf(arena, "%.*s%s%.*s", STR_ARG(all), all.n ? ", " : "",
					   STR_ARG(types[i].name));
	return all.n ? all : STR("-");
}

static void put_board(struct catalog *catalog, struct json *o, const struct board *board)
{
	struct json *list;
	size_t n;
	const struct vgpu_type *types = catalog_vgpu_types(catalog, &n);
	char pci[16];

	snprintf(pci, sizeof pci, "10de:%04x", board->pci_device);
	json_put_text(o, "id", board->id);
	json_put_text(o, "name", board->name);
	json_put_text(o, "class", str_of(board_class_word(board->class)));
	json_put_text(o, "architecture", board->arch ? board->arch->name : STR("unknown"));
	json_put_text(o, "chip", board->chip);
	json_put_text(o, "pci_id", str_of(pci));
	json_put_number(o, "framebuffer", board->framebuffer);
	json_put_number(o, "bar1", board->bar1);
	json_put_number(o, "vsphere_mmio", board->vsphere_mmio);
	json_put_flag(o, "nvswitch", board->nvswitch);
	list = json_put_list(o, "vgpu_types");
	for (size_t i = 0; i < n; i++) {
		struct json *type;

		if (!str_eq(types[i].board_code, board->vgpu_code) &&
		    !has_p2p(catalog, board, &types[i]))
			continue;
		type = json_append_map(list);
		json_put_text(type, "name", types[i].name);
		json_put_number(type, "framebuffer", types[i].framebuffer);
		json_put_flag(type, "mig", types[i].kind == VGPU_MIG_BACKED);
		json_put_number(type, "max_per_gpu", types[i].max_per_gpu);
		json_put_flag(type, "p2p", has_p2p(catalog, board, &types[i]));
	}
}

/* By id, or by PCI id as a spec may write it; all that share that PCI id, whatever subsystem is
 * behind it. */
static bool names(const char *argument, const struct board *board)
{
	char pci[16];
	int n = snprintf(pci, sizeof pci, "10de:%04x", board->pci_device);

	return str_is(board->id, argument) || (strncasecmp(argument, pci, (size_t)n) == 0 &&
					       (argument[n] == '\0' || argument[n] == '/'));
}

static bool is_wanted(const struct options *options, const struct board *board)
{
	for (uint32_t i = 0; i < options->n_arguments; i++)
		if (names(options->arguments[i], board))
			return true;
	return options->n_arguments == 0;
}

/* A name that the catalog lacks is a mistake, not an empty answer. */
static bool all_known(struct catalog *catalog, const struct options *options)
{
	size_t n;
	const struct board *boards = catalog_boards(catalog, &n);

	for (uint32_t i = 0; i < options->n_arguments; i++) {
		struct str name = str_of(options->arguments[i]);
		size_t k = 0;

		while (k < n && !names(options->arguments[i], &boards[k]))
			k++;
		if (k < n)
			continue;
		trouble_unknown("no board", name, catalog_nearest_board(catalog, name),
				": `gpuplan boards` lists them");
		return false;
	}
	return true;
}

static void print_boards(struct arena *arena, struct catalog *catalog,
			 const struct options *options)
{
	struct json *top = json_map(arena), *list;
	size_t n;
	const struct board *boards = catalog_boards(catalog, &n);

	json_put_number(top, "version", 1);
	list = json_put_list(top, "boards");
	for (size_t i = 0; i < n; i++)
		if (is_wanted(options, &boards[i]))
			put_board(catalog, json_append_map(list), &boards[i]);
	json_print(stdout, top, JSON_PRETTY);
	putchar('\n');
}

static void print_table(struct arena *arena, struct catalog *catalog, const struct options *options)
{
	size_t n;
	const struct board *boards = catalog_boards(catalog, &n);

	puts("Sizes in GiB. MMIO: what NVIDIA's table demands on vSphere; without it twice BAR1 is "
	     "taken.\n");
	printf("%-34s %-10s %6s %6s %6s  %s\n", "board", "PCI id", "FB", "BAR1", "MMIO",
	       "vGPU types with P2P");
	for (size_t i = 0; i < n; i++)
		if (is_wanted(options, &boards[i]))
			printf("%-34.*s 10de:%04x  %6.*s %6.*s %6.*s  %.*s\n",
			       STR_ARG(boards[i].id), boards[i].pci_device,
			       STR_ARG(gib(arena, boards[i].framebuffer)),
			       STR_ARG(gib(arena, boards[i].bar1)),
			       STR_ARG(gib(arena, boards[i].vsphere_mmio)),
			       STR_ARG(p2p_types(arena, catalog, &boards[i])));
}

static enum status run(struct arena *arena, const struct options *options)
{
	bool json = options->format && strcmp(options->format, "json") == 0;
	struct catalog *catalog;

	catalog = open_catalog(arena, options->catalog);
	if (!catalog)
		return STATUS_TROUBLE;
	if (!all_known(catalog, options))
		return STATUS_TROUBLE;
	if (json)
		print_boards(arena, catalog, options);
	else
		print_table(arena, catalog, options);
	return flush_output(stdout, "standard output") ? STATUS_OK : STATUS_TROUBLE;
}
