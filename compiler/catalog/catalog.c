#include "compiler/catalog/private.h"

static catalog_loader *const loaders[PART_COUNT] = {
	[PART_RELEASES] = catalog_load_releases,
	[PART_FIGURES] = catalog_load_figures,
	[PART_ARCHITECTURES] = catalog_load_architectures,
	[PART_BOARDS] = catalog_load_boards,
	[PART_GEFORCE] = catalog_load_geforce,
	[PART_VGPU] = catalog_load_vgpu,
	[PART_P2P] = catalog_load_p2p,
	[PART_MULTICAST] = catalog_load_multicast,
	[PART_PARTITIONS] = catalog_load_partitions,
};

void catalog_load_all(struct catalog *catalog)
{
	for (unsigned i = 0; i < PART_COUNT; i++)
		catalog_need(catalog, (enum catalog_part)i);
}

static bool replace_tables(struct catalog *catalog, const struct files *files, const char *dir,
			   struct catalog_error *error)
{
	struct file_facts facts;
	struct str why = {0};

	for (unsigned i = 0; i < TABLE_COUNT; i++) {
		struct table_source *source = &catalog->tables[i];
		if (!table_replace(catalog->arena, files, dir, (enum table_id)i, source, error))
			return false;
		catalog->replaced |= source->replaced;
	}
	if (catalog->replaced)
		return true;

	/* A mistyped folder is an error rather than one that replaces nothing. */
	if (files->look(files, dir, true, &facts))
		why = STR("no such folder");
	else if (facts.kind != FILE_FOLDER)
		why = STR("not a folder");
	else
		why = STR("holds no table (boards.csv and the like)");
	*error = (struct catalog_error){.file = arena_copy(catalog->arena, str_of(dir)),
					.message = why};
	return false;
}

struct str catalog_error_text(struct arena *arena, const struct catalog_error *error)
{
	if (error->row)
		return arena_printf(arena, "%.*s:%u:%u: %.*s", STR_ARG(error->file), error->row,
				    error->column, STR_ARG(error->message));
	return arena_printf(arena, "%.*s: %.*s", STR_ARG(error->file), STR_ARG(error->message));
}

struct catalog *catalog_open(struct arena *arena, const struct files *files, const char *dir,
			     struct catalog_error *error)
{
	struct catalog *catalog = arena_alloc(arena, sizeof(*catalog));

	catalog->arena = arena;
	catalog->loaders = loaders;
	pthread_mutex_init(&catalog->last_lock, NULL);
	for (unsigned i = 0; i < TABLE_COUNT; i++)
		catalog->tables[i] = table_builtin((enum table_id)i);
	if (!dir)
		return catalog;

	if (!replace_tables(catalog, files, dir, error))
		return NULL;
	for (unsigned i = 0; i < PART_COUNT; i++) {
		if (!catalog_load(catalog, (enum catalog_part)i, error))
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
