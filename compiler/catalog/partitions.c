/* Fabric Manager partitions. */
#include "compiler/catalog/private.h"

enum { PARTITION_PLATFORM, PARTITION_ID, PARTITION_GPUS, PARTITION_MODULES };
static const char *const partition_columns[] = {"platform", "partition_id", "num_gpus",
						"module_ids", NULL};

/* Returns ids such as `1 2 3 4` as bits, or 0 if they are invalid. */
static uint32_t module_bits(struct str ids)
{
	uint32_t bits = 0;
	unsigned id = 0;

	for (size_t i = 0; i <= ids.n; i++) {
		if (i < ids.n && ids.p[i] >= '0' && ids.p[i] <= '9') {
			id = id * 10 + (unsigned)(ids.p[i] - '0');
			if (id > 16)
				return 0;
		} else if ((i < ids.n && ids.p[i] != ' ') || id == 0 || bits & 1u << id) {
			return 0;
		} else {
			bits |= 1u << id;
			id = 0;
		}
	}
	return bits;
}

/* True if the rows of a platform are adjacent, because look-ups return them as one array. */
static bool stands_with_its_own(const struct catalog *catalog, struct str platform)
{
	uint32_t n = catalog->n_partitions;

	if (n == 0 || str_eq(catalog->partitions[n - 1].platform, platform))
		return true;
	for (uint32_t i = 0; i < n; i++) {
		if (str_eq(catalog->partitions[i].platform, platform))
			return false;
	}
	return true;
}

bool catalog_load_partitions(struct catalog *catalog, struct catalog_error *error)
{
	struct table table;

	catalog_read(catalog, &table, TABLE_PARTITIONS, partition_columns, error);
	while (table_next(&table)) {
		struct fm_partition row = {
			.platform = table_name(&table, PARTITION_PLATFORM),
			.id = (uint16_t)table_number(&table, PARTITION_ID, UINT16_MAX),
			.n_gpus = (uint8_t)table_number(&table, PARTITION_GPUS, 16),
			.modules = module_bits(table_text(&table, PARTITION_MODULES)),
		};
		struct str ids = table_text(&table, PARTITION_MODULES);
		if (!row.modules)
			table_fail(&table, PARTITION_MODULES,
				   "'%.*s' is not a list of module ids from 1 to 16", STR_ARG(ids));
		else if (__builtin_popcount(row.modules) != row.n_gpus)
			table_fail(&table, PARTITION_GPUS, "'%u' where module_ids has '%.*s'",
				   row.n_gpus, STR_ARG(ids));
		if (!stands_with_its_own(catalog, row.platform))
			table_fail(&table, PARTITION_PLATFORM,
				   "the rows of '%.*s' must stand together", STR_ARG(row.platform));
		*(struct fm_partition *)PUSH(catalog, partitions) = row;
	}
	return table_end(&table);
}

const struct fm_partition *catalog_partitions(struct catalog *catalog, struct str platform,
					      size_t *n)
{
	const struct fm_partition *first = NULL;

	*n = 0;
	catalog_need(catalog, PART_PARTITIONS);
	for (uint32_t i = 0; i < catalog->n_partitions; i++) {
		if (!str_eq(catalog->partitions[i].platform, platform))
			continue;
		if (!first)
			first = &catalog->partitions[i];
		++*n;
	}
	return first;
}
