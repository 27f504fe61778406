/* Architectures: the features of each generation of GPUs, and its chips. */
#include "compiler/catalog/private.h"

enum {
	ARCH_NAME,
	ARCH_MSIX_AT_C8,
	ARCH_SRIOV,
	ARCH_MIXED_SIZE,
	ARCH_VGPU_VFIO,
	ARCH_VFIO_KERNEL,
	ARCH_ESXI_NVSWITCH,
};
static const char *const arch_columns[] = {
	"arch",	     "msix_at_c8",  "sriov",	     "mixed_size",
	"vgpu_vfio", "vfio_kernel", "esxi_nvswitch", NULL,
};
static const char *const no_yes[] = {"no", "yes", NULL};

/* Returns the row of releases.csv that the cell names, or NULL for an empty cell. */
static const struct fact *read_release(struct catalog *catalog, struct table *table,
				       unsigned column)
{
	struct str what = table_text(table, column);
	const struct fact *release = what.n ? fact_find(&catalog->releases, what) : NULL;

	if (what.n && !release)
		catalog_dangling(catalog, table, column, TABLE_RELEASES);
	return release;
}

const struct architecture *architecture_find(const struct catalog *catalog, struct str name)
{
	for (uint32_t i = 0; i < catalog->n_architectures; i++)
		if (str_eq(catalog->architectures[i].name, name))
			return &catalog->architectures[i];
	return NULL;
}

static bool load_architectures(struct catalog *catalog, struct catalog_error *error)
{
	struct table table;

	catalog_need(catalog, PART_RELEASES);
	catalog_read(catalog, &table, TABLE_ARCHITECTURES, arch_columns, error);
	while (table_next(&table)) {
		struct architecture row = {
			.name = table_name(&table, ARCH_NAME),
			.msix_at_c8 = table_word(&table, ARCH_MSIX_AT_C8, no_yes),
			.sriov = table_word(&table, ARCH_SRIOV, no_yes),
			.mixed_size = table_word(&table, ARCH_MIXED_SIZE, no_yes),
			.vgpu_vfio = table_word(&table, ARCH_VGPU_VFIO, no_yes),
			.vfio_kernel = read_release(catalog, &table, ARCH_VFIO_KERNEL),
			.esxi_nvswitch = read_release(catalog, &table, ARCH_ESXI_NVSWITCH),
		};

		if (architecture_find(catalog, row.name))
			table_fail(&table, ARCH_NAME, "a second row '%.*s'", STR_ARG(row.name));
		*(struct architecture *)PUSH(catalog, architectures) = row;
	}
	return table_end(&table);
}

enum { CHIP_PREFIX, CHIP_ARCH };
static const char *const chip_columns[] = {"chip_prefix", "arch", NULL};

/* NVIDIA's chip names start with the architecture: GA102 is Ampere. */
static bool load_chips(struct catalog *catalog, struct catalog_error *error)
{
	struct table table;

	catalog_read(catalog, &table, TABLE_CHIPS, chip_columns, error);
	while (table_next(&table)) {
		struct chip_prefix row = {
			.text = table_name(&table, CHIP_PREFIX),
			.arch = architecture_find(catalog, table_text(&table, CHIP_ARCH)),
		};

		if (!row.arch)
			catalog_dangling(catalog, &table, CHIP_ARCH, TABLE_ARCHITECTURES);
		*(struct chip_prefix *)PUSH(catalog, chips) = row;
	}
	return table_end(&table);
}

bool catalog_load_architectures(struct catalog *catalog, struct catalog_error *error)
{
	return load_architectures(catalog, error) && load_chips(catalog, error);
}

const struct architecture *architecture_of_chip(const struct catalog *catalog, struct str chip)
{
	for (uint32_t i = 0; i < catalog->n_chips; i++) {
		struct str prefix = catalog->chips[i].text;

		if (chip.n > prefix.n && memcmp(chip.p, prefix.p, prefix.n) == 0 &&
		    chip.p[prefix.n] >= '0' && chip.p[prefix.n] <= '9')
			return catalog->chips[i].arch;
	}
	return NULL;
}
