/* Single facts with a name in the code: releases and figures that rules depend on. */
#include "compiler/catalog/private.h"

#include <assert.h>
#include <stddef.h>

enum { FACT_WHAT, FACT_TEXT, FACT_SOURCE };
static const char *const release_columns[] = {"what", "release", "source", NULL};
static const char *const figure_columns[] = {"what", "value", "source", NULL};

/* Parses the text of a row; calls table_fail if it is invalid. */
typedef void read_fact(struct catalog *catalog, struct table *table, struct fact *row);

const struct fact *fact_find(const struct facts *facts, struct str what)
{
	for (uint32_t i = 0; i < facts->n; i++)
		if (str_eq(facts->items[i].what, what))
			return &facts->items[i];
	return NULL;
}

static void read_rows(struct catalog *catalog, struct table *table, struct facts *facts,
		      read_fact *read)
{
	while (table_next(table)) {
		struct fact row = {
			.what = table_name(table, FACT_WHAT),
			.text = table_name(table, FACT_TEXT),
			.source = table_text(table, FACT_SOURCE),
		};

		if (fact_find(facts, row.what)) {
			if (table->source.replaced)
				table_fail(table, FACT_WHAT, "a second row '%.*s'",
					   STR_ARG(row.what));
			continue;
		}
		read(catalog, table, &row);
		*(struct fact *)arena_push(catalog->arena, (void **)&facts->items, &facts->n,
					   &facts->capacity, sizeof row) = row;
	}
}

/* Loads a table. A replacement may be older than the program, so rows that it lacks come from the
 * built-in table. */
static bool load(struct catalog *catalog, enum table_id id, const char *const *columns,
		 struct facts *facts, read_fact *read, struct catalog_error *error)
{
	struct table table;

	catalog_read(catalog, &table, id, columns, error);
	read_rows(catalog, &table, facts, read);
	if (table_end(&table) && table.source.replaced) {
		table_begin(&table, catalog->arena, table_builtin(id), columns, error);
		read_rows(catalog, &table, facts, read);
	}
	return table_end(&table);
}

/* Rows that start with `esxi_` have versions in VMware's style. */
static void read_release(struct catalog *catalog, struct table *table, struct fact *row)
{
	bool esxi = row->what.n > 5 && memcmp(row->what.p, "esxi_", 5) == 0;

	(void)catalog;
	if (esxi ? !parse_esxi(row->text, &row->version) : !parse_version(row->text, &row->version))
		table_fail(table, FACT_TEXT, "'%.*s' is not a version like 9.2.0",
			   STR_ARG(row->text));
}

bool catalog_load_releases(struct catalog *catalog, struct catalog_error *error)
{
	return load(catalog, TABLE_RELEASES, release_columns, &catalog->releases, read_release,
		    error);
}

const struct fact *catalog_release(struct catalog *catalog, const char *what)
{
	catalog_need(catalog, PART_RELEASES);
	const struct fact *release = fact_find(&catalog->releases, str_of(what));
	assert(release);
	return release;
}

#define SIZE_ROW(name)	{#name, offsetof(struct figures, name), true},
#define COUNT_ROW(name) {#name, offsetof(struct figures, name), false},
static const struct {
	const char *what;
	size_t offset;
	bool is_size;
} figures[] = {CATALOG_FIGURES(SIZE_ROW, COUNT_ROW)};

enum { N_FIGURES = sizeof figures / sizeof *figures };

static void read_figure(struct catalog *catalog, struct table *table, struct fact *row)
{
	const char *why;
	uint64_t *value;
	size_t i = 0;
	bool good;

	while (i < N_FIGURES && !str_is(row->what, figures[i].what))
		i++;
	if (i == N_FIGURES) {
		table_fail(table, FACT_WHAT, "unknown figure '%.*s'", STR_ARG(row->what));
		return;
	}
	value = (uint64_t *)(void *)((char *)&catalog->figures.value + figures[i].offset);
	good = figures[i].is_size ? parse_size(row->text, value, &why)
				  : parse_number(row->text, value);
	if (!good || *value == 0)
		table_fail(table, FACT_TEXT, "'%.*s' is not a %s", STR_ARG(row->text),
			   figures[i].is_size ? "size like 64 GiB" : "number above 0");
}

bool catalog_load_figures(struct catalog *catalog, struct catalog_error *error)
{
	bool good = load(catalog, TABLE_FIGURES, figure_columns, &catalog->figures.rows,
			 read_figure, error);

	assert(!good || catalog->figures.rows.n == N_FIGURES);
	return good;
}

const struct figures *catalog_figures(struct catalog *catalog)
{
	catalog_need(catalog, PART_FIGURES);
	return &catalog->figures.value;
}
