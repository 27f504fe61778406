/* Catalog directories: what replaces a table, and what is refused where and why. */
#include <stdlib.h>
#include <unistd.h>

#include "compiler/base/buffer.h"
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

static const struct board *by_pci(const char *id)
{
	return catalog_board_by_pci(catalog, str_of(id), NULL);
}

static char dir[] = "/tmp/gpuplan-catalog-XXXXXX";

static struct str path_of(const char *file)
{
	return arena_printf(arena, "%s/%s", dir, file);
}

static void put(const char *file, struct str text)
{
	FILE *f = fopen(path_of(file).p, "wb");

	CHECK(f != NULL);
	if (!f)
		return;
	CHECK(fwrite(text.p, 1, text.n, f) == text.n);
	CHECK(fclose(f) == 0);
}

/* The directory with one file of that text is refused, there, for that. */
static void refuse(const char *file, struct str text, uint32_t row, uint32_t column,
		   const char *message)
{
	struct catalog_error error = {0};

	put(file, text);
	CHECK(catalog_open(arena, &system_files, dir, &error) == NULL);
	CHECK_STR_EQ(error.file, path_of(file));
	CHECK_U64(error.row, row);
	CHECK_U64(error.column, column);
	CHECK_STR(error.message, message);
	CHECK(unlink(path_of(file).p) == 0);
}

/* The built-in table with its first `old` replaced. */
static struct str edited(enum table_id id, const char *old, const char *new)
{
	struct str bytes = table_builtin(id).bytes;
	const char *at = memmem(bytes.p, bytes.n, old, strlen(old));

	CHECK(at != NULL);
	if (!at)
		return bytes;
	size_t before = (size_t)(at - bytes.p), after = before + strlen(old);
	struct str head = {bytes.p, before}, rest = {bytes.p + after, bytes.n - after};
	return arena_printf(arena, "%.*s%s%.*s", STR_ARG(head), new, STR_ARG(rest));
}

#define BOARD_HEADER                                                                               \
	"id,board,class,arch,chip,pci_device,subsystem_device,fb_gb,bar1_gb,vsphere_mmio_gb,"      \
	"vgpu_code,nvswitch\n"

static void test_broken_boards(void)
{
	refuse("boards.csv",
	       edited(TABLE_BOARDS, ",80,128,Denneman,256,A100DX", ",80,abc,Denneman,256,A100DX"),
	       12, 9, "bar1_gb: 'abc' is not a number");
	refuse("boards.csv", edited(TABLE_BOARDS, "bar1_gb", "bar_gb"), 1, 1,
	       "no column 'bar1_gb'");
	refuse("boards.csv", edited(TABLE_BOARDS, "bar1_source", "bar1_gb"), 1, 10,
	       "a second column 'bar1_gb'");
	refuse("boards.csv", STR(""), 1, 1, "an empty file");
	refuse("boards.csv", STR(BOARD_HEADER "x,X,datacenter\n"), 2, 3,
	       "3 cells where the header has 12");
	refuse("boards.csv", STR(BOARD_HEADER "x,X,datacenter,Ada,AD1,10de:1234,,1,1,1,,no,\n"), 2,
	       13, "13 cells where the header has 12");
	refuse("boards.csv", STR(BOARD_HEADER "x,\"X\nY\",gamer,Ada,AD1,10de:1234,,1,1,1,,no\n"), 3,
	       3, "class: 'gamer' is not datacenter, workstation or geforce");
	refuse("boards.csv", STR(BOARD_HEADER "x,X,geforce,Ada,AD1,1002:1234,,1,1,1,,no\n"), 2, 6,
	       "pci_device: '1002:1234' is not a PCI id like 10de:20b2");
	refuse("boards.csv", STR(BOARD_HEADER "x,X,geforce,Ada,AD1,10de:1234,10de:12,1,1,1,,no\n"),
	       2, 7,
	       "subsystem_device: '10de:12' is not a subsystem id like 10de:1463/147f or "
	       "10de:179b..17a2");
	refuse("boards.csv", STR(BOARD_HEADER "x'\x1b[1m,X,geforce,Ada,AD1,10de:1234,,1,1,1,,no\n"),
	       2, 1, "id: 'x'\x1b[1m' is not a board id like a100-sxm4-80gb");
	refuse("boards.csv", STR(BOARD_HEADER ",X,geforce,Ada,AD1,10de:1234,,1,1,1,,no\n"), 2, 1,
	       "id: empty");
	refuse("boards.csv",
	       STR(BOARD_HEADER "x,X,geforce,Ada,AD1,10de:1234,,1,1,1,,no\n"
				"x,Y,geforce,Ada,AD1,10de:1235,,1,1,1,,no\n"),
	       3, 1, "id: a second board 'x'");
	refuse("boards.csv", STR(BOARD_HEADER "x,X,geforce,Ada,AD1,10de:1234,,1,32GB,1,,no\n"), 2,
	       9, "bar1_gb: '32GB' is not a number");
	refuse("boards.csv", STR(BOARD_HEADER "x,\"X,geforce\n"), 2, 2,
	       "a quote that is never closed");
}

static void test_broken_tables(void)
{
	refuse("geforce.csv", STR("pci_device,chip,name\n10de:xyzw,C,N\n"), 2, 1,
	       "pci_device: '10de:xyzw' is not a PCI id like 10de:20b2");
	refuse("vgpu_types_driver_union.csv",
	       edited(TABLE_VGPU_TYPES, "NVIDIA A10-2A,", "NVIDIA A10-1A,"), 3, 8,
	       "fb_gb: '2' does not match the name 'NVIDIA A10-1A'");
	refuse("vgpu_types_driver_union.csv",
	       edited(TABLE_VGPU_TYPES, "NVIDIA A10-2A,timesliced,,2,",
		      "NVIDIA A10-1A,timesliced,,1,"),
	       3, 5, "full_name: a second type 'A10-1A'");
	refuse("vgpu_types_driver_union.csv", edited(TABLE_VGPU_TYPES, "NVIDIA A10-2A,", "A10-2A,"),
	       3, 5, "full_name: 'A10-2A' is not a vGPU type like NVIDIA H100XM-80C");
	refuse("vgpu_timesliced_docs.csv",
	       STR("vgpu_type,fb_mb,max_equal_size,max_mixed_size\nV100DX-4C,4GB,8,\n"), 2, 2,
	       "fb_mb: '4GB' is not a number");
	refuse("vgpu_mig_docs.csv", STR("vgpu_type,fb_mb,max_per_gpu\nX1-1-4C,4096,7\n"), 2, 1,
	       "vgpu_type: 'X1-1-4C' is not in vgpu_types_driver_union.csv");
	refuse("p2p_nvlink_vgpu.csv", edited(TABLE_P2P, "a40,Ampere", "a41,Ampere"), 27, 1,
	       "board_id: 'a41' is not in boards.csv");
	refuse("p2p_remarks.csv", edited(TABLE_P2P_REMARKS, ",conflict,", ",maybe,"), 2, 2,
	       "remark: 'maybe' is not old, conflict or fully_connected");
	refuse("board_uvm.csv", STR("board_id,uvm_p2p\na101,lost\n"), 2, 1,
	       "board_id: 'a101' is not in boards.csv");
	refuse("multicast.csv", STR("vgpu_type\nH100XM-81C\n"), 2, 1,
	       "vgpu_type: 'H100XM-81C' is not in vgpu_types_driver_union.csv");
	refuse("vgpu_spellings.csv", STR("docs_code,driver_code\nA7000,RTXA7000\n"), 2, 2,
	       "driver_code: 'RTXA7000' is not in vgpu_types_driver_union.csv");
	refuse("releases.csv", STR("what,release,source\nother,1,x\nother,2,x\n"), 3, 1,
	       "what: a second row 'other'");
	refuse("figures.csv", STR("what,value,source\nmmio_least,64GB,x\n"), 2, 2,
	       "value: '64GB' is not a size like 64 GiB");
	refuse("figures.csv", STR("what,value,source\nmmio_least,0 GiB,x\n"), 2, 2,
	       "value: '0 GiB' is not a size like 64 GiB");
	refuse("figures.csv", STR("what,value,source\nstalling_gpus,4 GiB,x\n"), 2, 2,
	       "value: '4 GiB' is not a number above 0");
	refuse("figures.csv", STR("what,value,source\nmmio_last,64 GiB,x\n"), 2, 1,
	       "what: unknown figure 'mmio_last'");
	refuse("figures.csv", STR("what,value,source\nmmio_least,,x\n"), 2, 2, "value: empty");
	refuse("figures.csv", STR("what,value,source\nmmio_least,1 GiB,x\nmmio_least,2 GiB,x\n"), 3,
	       1, "what: a second row 'mmio_least'");
	refuse("architectures.csv", edited(TABLE_ARCHITECTURES, "Ada,yes", "Ada,maybe"), 7, 2,
	       "msix_at_c8: 'maybe' is not no or yes");
	refuse("architectures.csv", edited(TABLE_ARCHITECTURES, "kernel_vfio_ampere", "6.8"), 6, 6,
	       "vfio_kernel: '6.8' is not in releases.csv");
	refuse("architectures.csv", edited(TABLE_ARCHITECTURES, "\nPascal", "\nMaxwell"), 3, 1,
	       "arch: a second row 'Maxwell'");
	refuse("chip_architectures.csv", edited(TABLE_CHIPS, "GM,Maxwell", "GM,Kepler"), 2, 2,
	       "arch: 'Kepler' is not in architectures.csv");
	refuse("boards.csv", edited(TABLE_BOARDS, "datacenter,Volta", "datacenter,Kepler"), 2, 4,
	       "arch: 'Kepler' is not in architectures.csv");
	refuse("fm_partitions.csv", STR("platform,partition_id,num_gpus,module_ids\nx,1,2,1 17\n"),
	       2, 4, "module_ids: '1 17' is not a list of module ids from 1 to 16");
	refuse("fm_partitions.csv", STR("platform,partition_id,num_gpus,module_ids\nx,1,3,1 2\n"),
	       2, 3, "num_gpus: '3' where module_ids has '1 2'");
	refuse("fm_partitions.csv",
	       STR("platform,partition_id,num_gpus,module_ids\nx,1,1,1\ny,1,1,1\nx,2,1,2\n"), 4, 1,
	       "platform: the rows of 'x' must stand together");
}

/* `n` types, all of one board code or each of its own. */
static struct str many_types(uint32_t n, bool one_code)
{
	struct buffer out;

	buffer_init(&out, arena);
	buffer_puts(&out, "prefix,board_code,full_name,kind,mig_slices,fb_gb,series,"
			  "is_full_fb_timesliced\n");
	for (uint32_t i = 1; i <= n; i++) {
		unsigned code = one_code ? 0 : i, gb = one_code ? i : 1;

		buffer_printf(&out, "NVIDIA,X%u,NVIDIA X%u-%uC,timesliced,,%u,C,0\n", code, code,
			      gb, gb);
	}
	return buffer_text(&out);
}

static void test_many_types(void)
{
	const char *message = "board_code: more than 1000 board codes, or types of one";
	struct catalog_error error = {0};

	refuse("vgpu_types_driver_union.csv", many_types(1001, true), 1002, 2, message);
	refuse("vgpu_types_driver_union.csv", many_types(1001, false), 1002, 2, message);
	for (int one_code = 0; one_code < 2; one_code++) {
		put("vgpu_types_driver_union.csv", many_types(1000, one_code));
		catalog = catalog_open(arena, &system_files, dir, &error);
		CHECK(catalog && type_of(one_code ? "X0-1000C" : "X1000-1C"));
		CHECK(catalog && type_of(one_code ? "nvidia_x0-1000c" : "nvidia_x1000-1c"));
		CHECK(catalog && !type_of(one_code ? "x0-1000c" : "x1000-1c"));
	}
	CHECK(unlink(path_of("vgpu_types_driver_union.csv").p) == 0);
}

static void test_folders(void)
{
	struct catalog_error error = {0};

	CHECK(catalog_open(arena, &system_files, dir, &error) == NULL);
	CHECK_STR(error.file, dir);
	CHECK_STR(error.message, "holds no table (boards.csv and the like)");
	CHECK_U64(error.row, 0);
	CHECK(catalog_open(arena, &system_files, "/nowhere/at/all", &error) == NULL);
	CHECK_STR(error.message, "no such folder");

	CHECK(symlink("/dev/null", path_of("boards.csv").p) == 0);
	CHECK(catalog_open(arena, &system_files, dir, &error) == NULL);
	CHECK_STR_EQ(error.file, path_of("boards.csv"));
	CHECK_STR(error.message, "cannot read: not a regular file");
	CHECK(unlink(path_of("boards.csv").p) == 0);
}

/* A table with fewer rows than the built-in ones refer to is fine; an extra column is, too. */
static void test_replacement(void)
{
	struct catalog_error error = {0};

	put("boards.csv",
	    STR("\xef\xbb\xbf" BOARD_HEADER
		"mine,Mine,datacenter,Ampere,GA102,10de:2235,,48,0.5 (guess),,A40,yes\r\n"));
	catalog = catalog_open(arena, &system_files, dir, &error);
	CHECK(catalog != NULL);
	if (catalog) {
		size_t n;
		CHECK(catalog_boards(catalog, &n) != NULL && n == 1);
		CHECK(board_of("mine") && board_of("mine")->bar1 == 512 * MIB && !board_of("a40"));
		CHECK(by_pci("10de:2235") == board_of("mine"));
		CHECK(str_is(by_pci("10de:2204")->arch->name, "Ampere"));
		CHECK(type_of("A40-48C") && catalog_p2p_type(catalog, board_of("mine")) == NULL);
	}
	CHECK(unlink(path_of("boards.csv").p) == 0);

	/* A board of an architecture that is gone is passed over; a release or figure that a
	 * replacement lacks is the built-in one. */
	put("architectures.csv", STR("arch,msix_at_c8,sriov,mixed_size,vgpu_vfio,vfio_kernel,"
				     "esxi_nvswitch\nHopper,yes,yes,no,no,,\n"));
	put("figures.csv", STR("source,what,value\nx,stalling_gpus,5\n"));
	put("releases.csv", STR("what,release,source\nesxi_nvswitch_hopper,9.0u1,x\n"));
	catalog = catalog_open(arena, &system_files, dir, &error);
	CHECK(catalog != NULL);
	if (catalog) {
		const struct architecture *hopper = board_of("h100-pcie-80gb")->arch;
		CHECK(!board_of("a40") && !hopper->mixed_size && !hopper->esxi_nvswitch);
		CHECK(by_pci("10de:2204") && !by_pci("10de:2204")->arch);
		CHECK_U64(catalog_figures(catalog)->stalling_gpus, 5);
		CHECK_U64(catalog_figures(catalog)->stalling_bar1, 128 * GIB);
		CHECK_STR(catalog_release(catalog, "esxi_nvswitch_hopper")->text, "9.0u1");
		CHECK_STR(catalog_release(catalog, "esxi_nvswitch_ampere")->text, "8.0u1");
	}
	CHECK(unlink(path_of("architectures.csv").p) == 0);
	CHECK(unlink(path_of("figures.csv").p) == 0);
	CHECK(unlink(path_of("releases.csv").p) == 0);

	put("vgpu_types_driver_union.csv", STR("prefix,board_code,full_name,kind,mig_slices,fb_gb,"
					       "series,is_full_fb_timesliced,more\n"
					       "NVIDIA,A40,NVIDIA A40-48C,timesliced,,48,C,1,x\n"));
	catalog = catalog_open(arena, &system_files, dir, &error);
	CHECK(catalog != NULL);
	if (catalog) {
		size_t n;
		CHECK(catalog_vgpu_types(catalog, &n) != NULL && n == 1);
		CHECK(catalog_p2p(catalog, board_of("a40"), type_of("A40-48C")) != NULL);
		CHECK(catalog_p2p_type(catalog, board_of("a10")) == NULL);
	}
	CHECK(unlink(path_of("vgpu_types_driver_union.csv").p) == 0);

	/* Every built-in table passes as a replacement of itself. */
#define PUT_BUILTIN(id, name) put(#name ".csv", table_builtin(id).bytes);
	CATALOG_TABLES(PUT_BUILTIN)
	catalog = catalog_open(arena, &system_files, dir, &error);
	CHECK(catalog != NULL);
	CHECK_STR(error.message, "");
#define UNLINK(id, name) CHECK(unlink(path_of(#name ".csv").p) == 0);
	CATALOG_TABLES(UNLINK)
}

int main(void)
{
	arena = arena_new();
	CHECK(mkdtemp(dir) != NULL);
	test_broken_boards();
	test_broken_tables();
	test_many_types();
	test_folders();
	test_replacement();
	CHECK(rmdir(dir) == 0);
	arena = arena_free(arena);
	return check_done();
}
