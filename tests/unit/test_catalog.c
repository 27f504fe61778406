#include "compiler/catalog/table.h"
#include "tests/unit/check.h"

static struct arena *arena;
static struct catalog *catalog;

static const struct vgpu_type *type_of(const char *spelling)
{
	return catalog_vgpu_type(catalog, str_of(spelling));
}

static const struct board *board_of(const char *id)
{
	return catalog_board(catalog, str_of(id));
}

/* As vCenter spells it: lower case, `_` for a blank where `blanks`. */
static struct str lower(struct str s, bool blanks)
{
	struct str copy = arena_copy(arena, s);
	char *p = arena_alloc(arena, s.n);

	for (size_t i = 0; i < s.n; i++) {
		char c = copy.p[i];
		p[i] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
		if (p[i] == ' ' && blanks)
			p[i] = '_';
	}
	return (struct str){p, s.n};
}

static void check_spellings(struct str full_name)
{
	bool grid = memcmp(full_name.p, "GRID ", 5) == 0;
	size_t skip = grid ? 5 : 7;
	struct str name = {full_name.p + skip, full_name.n - skip};
	const struct vgpu_type *type = catalog_vgpu_type(catalog, name);

	CHECK(type != NULL);
	if (!type)
		return;
	CHECK_STR_EQ(type->name, name);
	CHECK_STR_EQ(type->full_name, full_name);
	CHECK_STR(type->prefix, grid ? "GRID" : "NVIDIA");
	CHECK(catalog_vgpu_type(catalog, full_name) == type);
	CHECK(catalog_vgpu_type(catalog, arena_printf(arena, "NVIDIA %.*s", STR_ARG(name))) ==
	      type);
	CHECK(catalog_vgpu_type(catalog, arena_printf(arena, "GRID %.*s", STR_ARG(name))) == type);
	CHECK(catalog_vgpu_type(catalog, lower(full_name, true)) == type);
	struct str blanks = lower(name, false);
	CHECK(catalog_vgpu_type(catalog, arena_printf(arena, "nvidia_%.*s", STR_ARG(blanks))) ==
	      type);
	CHECK(catalog_vgpu_type(catalog, lower(name, true)) == NULL);
}

static void test_every_type(void)
{
	static const char *const columns[] = {"full_name", "is_full_fb_timesliced", NULL};
	static const char *const no_yes[] = {"0", "1", NULL};
	struct catalog_error error;
	struct table table;
	size_t n, rows = 0;

	table_begin(&table, arena, table_builtin(TABLE_VGPU_TYPES), columns, &error);
	while (table_next(&table)) {
		struct str name = table_text(&table, 0);
		check_spellings(name);
		const struct vgpu_type *type = catalog_vgpu_type(catalog, name);
		CHECK(type && type->whole_framebuffer == table_word(&table, 1, no_yes));
		CHECK(type && !type->docs_only);
		rows++;
	}
	CHECK(table_end(&table));
	CHECK_U64(rows, 1255);
	catalog_vgpu_types(catalog, &n);
	CHECK_U64(n, 1256); /* and B300X-279C */
}

static void test_type_fields(void)
{
	const struct vgpu_type *type = type_of("A100DX-80C");

	CHECK_STR(type->board_code, "A100DX");
	CHECK(type->kind == VGPU_TIME_SLICED && type->mig_slices == 0);
	CHECK_U64((uint64_t)type->series, 'C');
	CHECK(type->whole_framebuffer);
	CHECK_U64(type->framebuffer, 80 * GIB);
	CHECK_U64(type->max_per_gpu, 1);
	CHECK_U64(type_of("A100DX-4C")->max_per_gpu, 20);
	CHECK_U64(type_of("A100DX-4C")->max_mixed, 16);
	CHECK_U64(type_of("T4-4C")->max_mixed, 0);
	CHECK_U64(type_of("A10-4Q")->max_per_gpu, 0);

	type = type_of("A100X-7-40C");
	CHECK(type->kind == VGPU_MIG_BACKED && type->mig_slices == 7 && !type->whole_framebuffer);
	type = type_of("RTX Pro 6000 Blackwell DC-2-12C");
	CHECK_STR(type->board_code, "RTX Pro 6000 Blackwell DC");
	CHECK(type->mig_slices == 2 && type->framebuffer == 12 * GIB);
	type = type_of("B200X-1-23CME");
	CHECK(type->mig_slices == 1 && type->series == 'C' && type->framebuffer == 23 * GIB);
	type = type_of("V100L-2B4");
	CHECK(type->series == 'B' && type->framebuffer == 2 * GIB);

	CHECK_U64(type_of("M10-0Q")->framebuffer, 512 * MIB);
	CHECK_U64(type_of("H100L-94C")->framebuffer, 96246 * MIB);
	CHECK_U64(type_of("H100L-1-24C")->framebuffer, 24672 * MIB);
	CHECK_U64(type_of("H100L-1-24C")->max_per_gpu, 4 /* 94 GB in quarters */);
	CHECK_U64(type_of("V100DX-4C")->framebuffer, 4 * GIB);
	CHECK_U64(type_of("H100XM-16C")->max_per_gpu, 5);
	CHECK_U64(type_of("RTX6000-Ada-48C")->max_per_gpu, 1);

	type = type_of("B300X-279C");
	CHECK(type->docs_only && type->whole_framebuffer && type->series == 'C');
	CHECK_STR(type->full_name, "NVIDIA B300X-279C");
	CHECK_U64(type->framebuffer, 279 * GIB);
	CHECK_U64(type_of("B300X-269C")->framebuffer, 269 * GIB);
}

static void test_aliases(void)
{
	CHECK(type_of("A6000-48C") == type_of("RTXA6000-48C"));
	CHECK(type_of("A5500-24C") == type_of("RTXA5500-24C"));
	CHECK(type_of("NVIDIA A5000-24C") == type_of("RTXA5000-24C"));
	CHECK(type_of("RTX 6000 Ada-48C") == type_of("RTX6000-Ada-48C"));
	CHECK(type_of("NVIDIA RTX 5880 Ada-12C") == type_of("RTX5880-Ada-12C"));
	CHECK(type_of("nvidia_rtx_5000_ada-32c") == type_of("RTX5000-Ada-32C"));
	CHECK(type_of("nvidia_b300x-279c") == type_of("B300X-279C"));
	CHECK(type_of("RTX 6000 Ada-48C") != NULL && type_of("A6000-48C") != NULL);
	CHECK_STR(type_of("A6000-48C")->name, "RTXA6000-48C");

	CHECK(!type_of("") && !type_of("NVIDIA ") && !type_of("grid_") &&
	      !type_of("nvidia_A40-48C"));
	CHECK(!type_of("a40-48c") && !type_of("A40-48") && !type_of("NVIDIA NVIDIA A40-48C"));
	CHECK(!type_of("A40-48C ") && !type_of(" A40-48C") && !type_of("A40_48C"));
}

static void test_boards(void)
{
	static const char *const columns[] = {"id", "pci_device", "subsystem_device", NULL};
	struct catalog_error error;
	struct table table;
	size_t n, rows = 0, shared;

	catalog_boards(catalog, &n);
	table_begin(&table, arena, table_builtin(TABLE_BOARDS), columns, &error);
	while (table_next(&table)) {
		struct str id = table_text(&table, 0), device = table_text(&table, 1);
		const struct board *board = catalog_board(catalog, id);
		CHECK(board != NULL);
		CHECK(board && str_eq(board->id, id));
		CHECK(board && board->pci_device == table_pci_device(&table, 1));
		const struct board *by_pci = catalog_board_by_pci(catalog, device, &shared);
		CHECK(shared == 2 ? by_pci == NULL : shared == 1 && by_pci == board);
		CHECK((shared == 2) ==
		      (board->pci_device == 0x25b6 || board->pci_device == 0x1e78));
		struct str sub = table_text(&table, 2);
		if (sub.n >= 9) {
			struct str pci = arena_printf(arena, "%.*s/%.4s", STR_ARG(device),
						      sub.p + 5);
			CHECK(catalog_board_by_pci(catalog, pci, &shared) == board && shared == 1);
		}
		rows++;
	}
	CHECK(table_end(&table));
	CHECK_U64(rows, n);
	CHECK(!board_of("") && !board_of("a100") && !board_of("A40"));

	const struct board *a100 = board_of("a100-sxm4-80gb");
	CHECK(a100->class == BOARD_DATACENTER && str_is(a100->arch->name, "Ampere") &&
	      a100->nvswitch);
	CHECK_STR(a100->chip, "GA100");
	CHECK_STR(a100->vgpu_code, "A100DX");
	CHECK_U64(a100->framebuffer, 80 * GIB);
	CHECK_U64(a100->bar1, 128 * GIB);
	CHECK_U64(a100->vsphere_mmio, 256 * GIB);
	CHECK_U64(board_of("t4")->bar1, 256 * MIB);
	CHECK_U64(board_of("t4")->vsphere_mmio, 0);
	CHECK_U64(board_of("geforce-rtx-3090")->bar1, 32 * GIB);
	CHECK(board_of("geforce-rtx-3090")->class == BOARD_GEFORCE);
	CHECK(str_is(board_of("m60")->arch->name, "Maxwell") &&
	      str_is(board_of("l4")->arch->name, "Ada"));

	CHECK_U64(catalog_mig_slices(catalog, a100), 7);
	CHECK_U64(catalog_mig_slices(catalog, board_of("a30")), 4);
	CHECK_U64(catalog_mig_slices(catalog, board_of("rtx-pro-6000-blackwell-server")), 4);
	CHECK_U64(catalog_mig_slices(catalog, board_of("a40")), 0);
	CHECK_U64(catalog_mig_slices(catalog, board_of("geforce-rtx-4090")), 0);
}

static const struct board *by_pci(const char *id, size_t *shared)
{
	return catalog_board_by_pci(catalog, str_of(id), shared);
}

static void test_pci_ids(void)
{
	const struct board *both[2] = {NULL, NULL};
	size_t shared;

	CHECK(by_pci("10DE:20B2", NULL) == board_of("a100-sxm4-80gb"));
	CHECK(by_pci("10de:25b6", &shared) == NULL && shared == 2);
	CHECK(by_pci("10de:25b6/14a9", &shared) == board_of("a16") && shared == 1);
	CHECK(by_pci("10DE:25B6/157E", &shared) == board_of("a2"));
	CHECK(by_pci("10de:1e78/13d8", NULL) == board_of("quadro-rtx-8000-passive"));
	CHECK(by_pci("10de:1e78/13d9", NULL) == board_of("quadro-rtx-6000-passive"));
	CHECK(by_pci("10de:25b6/ffff", &shared) == NULL && shared == 0);
	CHECK(by_pci("10de:2230/1028", &shared) == board_of("rtx-a6000") && shared == 1);
	CHECK_U64(catalog_boards_of_device(catalog, 0x25b6, both, 2), 2);
	CHECK(both[0] == board_of("a16") && both[1] == board_of("a2"));
	CHECK_U64(catalog_boards_of_device(catalog, 0x25b6, both, 1), 2);
	CHECK_U64(catalog_boards_of_device(catalog, 0xffff, both, 2), 0);

	const struct board *old = by_pci("10de:0040", &shared);
	CHECK(old && shared == 1 && old->class == BOARD_GEFORCE && !old->arch);
	CHECK_STR(old->id, "10de:0040");
	CHECK_STR(old->name, "GeForce 6800 Ultra");
	CHECK_STR(old->chip, "NV40");
	CHECK_U64(old->framebuffer, 0);
	CHECK(by_pci("10de:2684", NULL) == board_of("geforce-rtx-4090"));

	static const char *const not_ids[] = {
		"",	     "10de",	       "10de:",		"10de:20b",	  "10de:20b2/",
		"8086:20b2", "10de:20bg",      "10de:25b6/14a", "10de:25b6-14a9", "10de:ffff",
		"10de 20b2", "10de:25b6/14a9 "};
	for (size_t i = 0; i < sizeof(not_ids) / sizeof(not_ids[0]); i++)
		CHECK(by_pci(not_ids[i], &shared) == NULL && shared == 0);
}

static void test_every_p2p_row(void)
{
	static const char *const columns[] = {
		"board_id", "vgpu_type_in_docs", "driver_type_name", "docs_release", "note", NULL};
	struct catalog_error error;
	struct table table;
	size_t rows = 0;

	table_begin(&table, arena, table_builtin(TABLE_P2P), columns, &error);
	while (table_next(&table)) {
		const struct board *board = catalog_board(catalog, table_text(&table, 0));
		const struct vgpu_type *driver = catalog_vgpu_type(catalog, table_text(&table, 2));
		const struct p2p_row *row = catalog_p2p(catalog, board, driver);
		CHECK(row && str_eq(row->board_id, board->id) && str_eq(row->type, driver->name));
		CHECK(row && str_eq(row->docs, table_text(&table, 3)));
		CHECK(driver->whole_framebuffer && driver->series == 'C');
		CHECK_STR_EQ(driver->board_code, board->vgpu_code);
		CHECK(catalog_p2p_type(catalog, board) == driver);
		struct str docs = table_text(&table, 1);
		if (docs.n)
			CHECK(catalog_p2p(catalog, board, catalog_vgpu_type(catalog, docs)) == row);
		bool old = strstr(arena_printf(arena, "%.*s", STR_ARG(table_text(&table, 4))).p,
				  "dropped from") != NULL;
		CHECK(row && (row->listing == P2P_LISTED_OLD) == old);
		rows++;
	}
	CHECK(table_end(&table));
	CHECK_U64(rows, 38);
}

static enum p2p_listing listing(const char *board, const char *type)
{
	const struct p2p_row *row = catalog_p2p(catalog, board_of(board), type_of(type));
	return row ? row->listing : P2P_NOT_LISTED;
}

static void test_p2p(void)
{
	CHECK(listing("b300-sxm6", "B300X-279C") == P2P_LISTED_CONFLICTING);
	CHECK(listing("b300-sxm6", "B300X-269C") == P2P_LISTED_CONFLICTING);
	CHECK(listing("h800-sxm5-80gb", "H800XM-80C") == P2P_LISTED_CONFLICTING);
	CHECK(listing("v100-sxm2-16gb", "V100X-16C") == P2P_LISTED_OLD);
	CHECK(listing("quadro-rtx-8000-passive", "RTX8000P-48C") == P2P_LISTED_OLD);
	CHECK(listing("rtx-a6000", "A6000-48C") == P2P_LISTED);
	CHECK(listing("a100x", "A100D-80C") == P2P_LISTED);
	CHECK(listing("a100x", "A100X-40C") == P2P_NOT_LISTED);
	CHECK(listing("a100-sxm4-80gb", "A100DX-40C") == P2P_NOT_LISTED);
	CHECK(listing("l40s", "L40S-48C") == P2P_NOT_LISTED);
	CHECK(catalog_p2p_type(catalog, board_of("l40s")) == NULL);

	size_t n, connected = 0;
	const struct board *boards = catalog_boards(catalog, &n);
	for (size_t i = 0; i < n; i++) {
		const struct vgpu_type *type = catalog_p2p_type(catalog, &boards[i]);
		if (type && catalog_p2p(catalog, &boards[i], type)->fully_connected)
			connected++;
	}
	CHECK_U64(connected, 3);
	CHECK(catalog_p2p(catalog, board_of("a100-sxm4-40gb"), type_of("A100X-40C"))
		      ->fully_connected);
}

static void test_multicast(void)
{
	static const char *const listed[] = {"B300X-279C", "B200X-180C", "H800XM-80C", "H200X-141C",
					     "H100XM-80C", "H20X-141C",	 "H20-96C"};
	size_t n, count = 0;
	const struct vgpu_type *types = catalog_vgpu_types(catalog, &n);

	for (size_t i = 0; i < 7; i++)
		CHECK(catalog_multicast(catalog, type_of(listed[i])));
	for (size_t i = 0; i < n; i++)
		count += catalog_multicast(catalog, &types[i]);
	CHECK_U64(count, 7);
}

static void test_platform(void)
{
	size_t n;
	const struct fm_partition *all = catalog_partitions(catalog, STR("hgx-h100"), &n);

	CHECK_U64(n, 15);
	CHECK(all && all[0].id == 0 && all[0].n_gpus == 8 && all[0].modules == 0x1fe);
	CHECK(all && all[3].id == 3 && all[3].modules == (1u << 1 | 1u << 3));
	all = catalog_partitions(catalog, STR("hgx-b200"), &n);
	CHECK(n == 15 && all[14].id == 15 && all[14].modules == 1u << 8);
	CHECK(catalog_partitions(catalog, STR("hgx-a100"), &n) == NULL && n == 0);
}

static void test_facts(void)
{
	const struct fact *release = catalog_release(catalog, "esxi_nvswitch_hopper");
	const struct figures *figures = catalog_figures(catalog);

	CHECK_STR(catalog_release(catalog, "qemu_clique_alternate_offset")->text, "8.1");
	CHECK_STR(release->text, "8.0u2");
	CHECK(release->version.part[0] == 8 && release->version.part[1] == 0 &&
	      release->version.part[2] == 2);
	CHECK_STR(catalog_release(catalog, "libvirt_qemu_override")->source,
		  "libvirt release notes");
	CHECK_U64(figures->mmio_least, 64 * GIB);
	CHECK_U64(figures->ovmf_window_most, 16 * TIB);
	CHECK_U64(figures->vsphere_bios_bar1_most, 256 * MIB);
	CHECK_U64(figures->stalling_gpus, 4);
	CHECK_U64(figures->amd_hole_end, TIB);
}

static void test_architectures(void)
{
	const struct architecture *turing = board_of("t4")->arch, *ampere = board_of("a40")->arch;
	const struct architecture *hopper = board_of("h100-pcie-80gb")->arch;

	CHECK(turing->msix_at_c8 && !turing->sriov && !turing->mixed_size && !turing->vgpu_vfio);
	CHECK(!board_of("v100-sxm2-16gb")->arch->msix_at_c8);
	CHECK(ampere->msix_at_c8 && ampere->sriov && ampere->mixed_size && ampere->vgpu_vfio);
	CHECK(ampere->vfio_kernel == catalog_release(catalog, "kernel_vfio_ampere"));
	CHECK(ampere->esxi_nvswitch == catalog_release(catalog, "esxi_nvswitch_ampere"));
	CHECK(hopper->vgpu_vfio && !hopper->vfio_kernel && !board_of("l4")->arch->esxi_nvswitch);
	CHECK(board_of("a100-sxm4-80gb")->arch == ampere);
}

static void check_near(const char *wrong, const char *board, const char *want)
{
	struct str got = catalog_nearest_vgpu(catalog, str_of(wrong),
					      board ? board_of(board) : NULL);
	CHECK_STR(got, want);
}

static void test_nearest(void)
{
	CHECK_STR(catalog_nearest_board(catalog, STR("a100-sxm-80gb")), "a100-sxm4-80gb");
	CHECK_STR(catalog_nearest_board(catalog, STR("h100-smx5-80gb")), "h100-sxm5-80gb");
	CHECK_STR(catalog_nearest_board(catalog, STR("A40")), "a40");
	CHECK_STR(catalog_nearest_board(catalog, STR("a100")), "a100-sxm4-40gb");
	CHECK_STR(catalog_nearest_board(catalog, STR("radeon-pro-w7900")), "");
	CHECK_STR(catalog_nearest_board(catalog, STR("")), "");

	check_near("A100DX-80D", NULL, "A100DX-80C");
	check_near("a100dx-80c", NULL, "A100DX-80C");
	check_near("NVIDIA H100XM-08C", NULL, "H100XM-80C");
	check_near("A100-80C", "a100-sxm4-80gb", "A100DX-80C");
	check_near("A100-SXM4-80C", "a100-sxm4-80gb", "A100DX-80C");
	check_near("H100SXM-80C", "h100-sxm5-80gb", "H100XM-80C");
	check_near("RTX A6000-48C", "rtx-a6000", "RTXA6000-48C");
	check_near("grid_a30-24", "a30", "A30-24C");
	check_near("A30-24", "a30", "A30-24C");
	check_near("mi300x", NULL, "");
	check_near("", "a30", "");

	char *huge = arena_alloc(arena, 65536);
	memset(huge, 'A', 65536);
	CHECK_STR(catalog_nearest_vgpu(catalog, (struct str){huge, 65536}, NULL), "");
	CHECK_STR(catalog_nearest_board(catalog, (struct str){huge, 65536}), "");
}

int main(void)
{
	arena = arena_new();
	catalog = catalog_open(arena, &system_files, NULL, NULL);
	test_every_type();
	test_type_fields();
	test_aliases();
	test_boards();
	test_pci_ids();
	test_every_p2p_row();
	test_p2p();
	test_multicast();
	test_platform();
	test_facts();
	test_architectures();
	test_nearest();
	arena = arena_free(arena);
	return check_done();
}
