/* Parts of the catalog, each loaded on first use. */
#include "compiler/catalog/private.h"

#include <assert.h>

bool catalog_load(struct catalog *catalog, enum catalog_part part, struct catalog_error *error)
{
	if (!catalog->loaded[part])
		catalog->loaded[part] = catalog->loaders[part](catalog, error);
	return catalog->loaded[part];
}

void catalog_need(struct catalog *catalog, enum catalog_part part)
{
	struct catalog_error error = {0};

	if (catalog->loaded[part])
		return;
	bool good = catalog_load(catalog, part, &error);
	/* Tests check the built-in tables; catalog_open has checked those of a directory. */
	assert(good);
	(void)good;
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
