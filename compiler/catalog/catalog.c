#include "compiler/catalog/private.h"

#include <assert.h>
#include <sys/stat.h>

static bool load(struct catalog *catalog, enum catalog_part part, struct catalog_error *error)
{
	static bool (*const loaders[PART_COUNT])(struct catalog *, struct catalog_error *) = {
		[PART_BOARDS] = catalog_load_boards,
		[PART_GEFORCE] = catalog_load_geforce,
		[PART_VGPU] = catalog_load_vgpu,
		[PART_P2P] = catalog_load_p2p,
		[PART_MULTICAST] = catalog_load_multicast,
		[PART_PARTITIONS] = catalog_load_partitions,
		[PART_RELEASES] = catalog_load_releases,
	};

	if (!catalog->loaded[part])
		catalog->loaded[part] = loaders[part](catalog, error);
	return catalog->loaded[part];
}

void catalog_need(struct catalog *catalog, enum catalog_part part)
{
	struct catalog_error error = {0};

	if (catalog->loaded[part])
		return;
	bool good = load(catalog, part, &error);
	/* Built-in tables ship tested; those of a directory were checked by catalog_open. */
	assert(good);
	(void)good;
}

void catalog_load_all(struct catalog *catalog)
{
	for (unsigned i = 0; i < PART_COUNT; i++)
		catalog_need(catalog, (enum catalog_part)i);
}

void catalog_read(struct catalog *catalog, struct table *table, enum table_id id,
		  const char *const *columns, struct catalog_error *error)
{
	table_begin(table, catalog->arena, catalog->tables[id], columns, error);
}

void catalog_dangling(struct catalog *catalog, struct table *table, unsigned column,
		      enum table_id other)
{
	struct str cell = table_text(table, column);

	if (!table->source.replaced && catalog->replaced)
		return;
	table_fail(table, column, "'%.*s' is not in %.*s", STR_ARG(cell),
		   STR_ARG(catalog->tables[other].file));
}

static bool replace_tables(struct catalog *catalog, const char *dir, struct catalog_error *error)
{
	struct stat st;
	struct str why = {0};

	for (unsigned i = 0; i < TABLE_COUNT; i++) {
		struct table_source *source = &catalog->tables[i];
		if (!table_replace(catalog->arena, dir, (enum table_id)i, source, error))
			return false;
		catalog->replaced |= source->replaced;
	}
	if (catalog->replaced)
		return true;

	/* A mistyped folder must not pass for one that replaces nothing. */
	if (stat(dir, &st) != 0)
		why = STR("no such folder");
	else if (!S_ISDIR(st.st_mode))
		why = STR("not a folder");
	else
		why = STR("holds no table (boards.csv and the like)");
	*error = (struct catalog_error){.file = arena_copy(catalog->arena, str_of(dir)),
					.message = why};
	return false;
}

struct catalog *catalog_open(struct arena *arena, const char *dir, struct catalog_error *error)
{
	struct catalog *catalog = arena_alloc(arena, sizeof(*catalog));

	catalog->arena = arena;
	for (unsigned i = 0; i < TABLE_COUNT; i++)
		catalog->tables[i] = table_builtin((enum table_id)i);
	if (!dir)
		return catalog;

	if (!replace_tables(catalog, dir, error))
		return NULL;
	for (unsigned i = 0; i < PART_COUNT; i++) {
		if (!load(catalog, (enum catalog_part)i, error))
			return NULL;
	}
	return catalog;
}

bool catalog_table_file(const struct catalog *catalog, unsigned i, struct str *file)
{
	if (i >= TABLE_COUNT)
		return false;
	*file = catalog->tables[i].replaced ? catalog->tables[i].file : (struct str){0};
	return true;
}
