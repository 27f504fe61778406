#include "compiler/catalog/table.h"

#include <assert.h>
#include <errno.h>

#define MAX_GIB		65536
#define MAX_TABLE_BYTES ((size_t)64 << 20)

#define DECLARE_TABLE(id, name)                                                                    \
	extern const char table_##name##_csv[];                                                    \
	extern const char table_##name##_csv_end[];
CATALOG_TABLES(DECLARE_TABLE)

#define TABLE_ENTRY(id, name) [id] = {#name ".csv", table_##name##_csv, table_##name##_csv_end},
static const struct {
	const char *file;
	const char *start;
	const char *end;
} builtin[TABLE_COUNT] = {CATALOG_TABLES(TABLE_ENTRY)};

struct table_source table_builtin(enum table_id id)
{
	return (struct table_source){
		.file = str_of(builtin[id].file),
		.bytes = {builtin[id].start, (size_t)(builtin[id].end - builtin[id].start)},
	};
}

bool table_replace(struct arena *arena, const struct files *files, const char *dir,
		   enum table_id id, struct table_source *source, struct catalog_error *error)
{
	const char *path = files_join(arena, dir, str_of(builtin[id].file));
	struct str text;
	int failed = files->read(files, arena, path, READ_REGULAR, MAX_TABLE_BYTES, &text);

	if (failed == ENOENT)
		return true;
	if (failed || text.n > MAX_TABLE_BYTES) {
		*error = (struct catalog_error){
			.file = str_of(path),
			.message = arena_printf(arena, "cannot read: %s",
						failed ? files_error(failed)
						       : "larger than 64 MiB"),
		};
		return false;
	}
	*source = (struct table_source){.file = str_of(path), .bytes = text, .replaced = true};
	return true;
}

static void fail(struct table *table, uint32_t row, uint32_t column, struct str message)
{
	if (table->failed)
		return;
	table->failed = true;
	*table->error = (struct catalog_error){
		.file = table->source.file,
		.row = row,
		.column = column,
		.message = message,
	};
}

void table_fail(struct table *table, unsigned column, const char *format, ...)
{
	const struct csv_cell *cell = &table->csv.cells[table->at[column]];
	struct str what;
	va_list args;

	va_start(args, format);
	what = arena_vprintf(table->arena, format, args);
	va_end(args);
	fail(table, cell->line, table->at[column] + 1,
	     arena_printf(table->arena, "%s: %.*s", table->columns[column], STR_ARG(what)));
}

static bool read_row(struct table *table)
{
	switch (csv_next(&table->csv)) {
	case CSV_ROW:
		table->line = table->csv.cells[0].line;
		return true;
	case CSV_ERROR:
		fail(table, table->csv.error_line, table->csv.error_column,
		     str_of(table->csv.error));
		return false;
	case CSV_END:
		break;
	}
	return false;
}

/* Finds a column in the header, which must have it exactly once. */
static void find_column(struct table *table, unsigned column)
{
	const char *name = table->columns[column];
	uint32_t seen = 0;

	for (uint32_t i = 0; i < table->width; i++) {
		if (!str_is(table->csv.cells[i].text, name))
			continue;
		if (seen++)
			fail(table, 1, i + 1,
			     arena_printf(table->arena, "a second column '%s'", name));
		else
			table->at[column] = i;
	}
	if (!seen)
		fail(table, 1, 1, arena_printf(table->arena, "no column '%s'", name));
}

void table_begin(struct table *table, struct arena *arena, struct table_source source,
		 const char *const *columns, struct catalog_error *error)
{
	*table = (struct table){
		.arena = arena, .source = source, .columns = columns, .error = error};
	csv_begin(&table->csv, arena, source.bytes);
	if (!read_row(table)) {
		fail(table, 1, 1, STR("an empty file"));
		return;
	}
	table->width = table->csv.n;
	for (unsigned i = 0; columns[i]; i++) {
		assert(i < TABLE_MAX_COLUMNS);
		find_column(table, i);
	}
}

bool table_next(struct table *table)
{
	if (table->failed || !read_row(table))
		return false;
	if (table->csv.n != table->width) {
		uint32_t n = table->csv.n < table->width ? table->csv.n : table->width + 1;
		fail(table, table->line, n,
		     arena_printf(table->arena, "%u cells where the header has %u", table->csv.n,
				  table->width));
		return false;
	}
	return true;
}

bool table_end(const struct table *table)
{
	return !table->failed;
}

struct str table_name(struct table *table, unsigned column)
{
	struct str s = table_text(table, column);

	if (s.n == 0)
		table_fail(table, column, "empty");
	return s;
}

/* Takes a number off the front of `*s`. False if there is none or it is above `max`. */
static bool take_number(struct str *s, uint32_t max, uint32_t *value)
{
	uint64_t v = 0;
	size_t i = 0;

	for (; i < s->n && s->p[i] >= '0' && s->p[i] <= '9'; i++) {
		v = v * 10 + (uint64_t)(s->p[i] - '0');
		if (v > max)
			return false;
	}
	if (i == 0)
		return false;
	*s = (struct str){s->p + i, s->n - i};
	*value = (uint32_t)v;
	return true;
}

uint32_t table_number(struct table *table, unsigned column, uint32_t max)
{
	struct str cell = table_text(table, column), rest = cell;
	uint32_t value = 0;

	if (cell.n == 0)
		return 0;
	if (!take_number(&rest, UINT32_MAX, &value) || rest.n) {
		table_fail(table, column, "'%.*s' is not a number", STR_ARG(cell));
		return 0;
	}
	if (value > max) {
		table_fail(table, column, "'%.*s' is more than %u", STR_ARG(cell), max);
		return 0;
	}
	return value;
}

/* Takes a fraction of a GiB such as `.25` off the front of `*s`. Six digits are enough for all
 * tables. */
static bool take_fraction(struct str *s, uint64_t *bytes)
{
	uint64_t value = 0, unit = 1;
	size_t i = 1;

	for (; i < s->n && i <= 6 && s->p[i] >= '0' && s->p[i] <= '9'; i++) {
		value = value * 10 + (uint64_t)(s->p[i] - '0');
		unit *= 10;
	}
	*s = (struct str){s->p + i, s->n - i};
	*bytes = GIB * value / unit;
	return i > 1;
}

uint64_t table_gib(struct table *table, unsigned column)
{
	struct str cell = table_text(table, column), rest = cell;
	uint32_t whole = 0;
	uint64_t fraction = 0;

	if (cell.n == 0)
		return 0;
	bool good = take_number(&rest, MAX_GIB, &whole);
	if (good && rest.n && rest.p[0] == '.')
		good = take_fraction(&rest, &fraction);
	if (!good || (rest.n && (rest.n < 2 || memcmp(rest.p, " (", 2) != 0))) {
		table_fail(table, column, "'%.*s' is not a number", STR_ARG(cell));
		return 0;
	}
	return whole * GIB + fraction;
}

uint16_t table_pci_device(struct table *table, unsigned column)
{
	struct str cell = table_text(table, column);
	uint16_t device = 0;

	if (cell.n != 9 || memcmp(cell.p, "10de:", 5) != 0 ||
	    !pci_hex((struct str){cell.p + 5, 4}, &device))
		table_fail(table, column, "'%.*s' is not a PCI id like 10de:20b2", STR_ARG(cell));
	return device;
}

bool pci_hex(struct str s, uint16_t *value)
{
	unsigned v = 0;

	if (s.n < 4)
		return false;
	for (size_t i = 0; i < 4; i++) {
		char c = s.p[i];
		unsigned digit = c >= '0' && c <= '9'	? (unsigned)(c - '0')
				 : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
				 : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A') + 10
							: 16;
		if (digit == 16)
			return false;
		v = v * 16 + digit;
	}
	*value = (uint16_t)v;
	return true;
}

unsigned table_word(struct table *table, unsigned column, const char *const *words)
{
	struct str cell = table_text(table, column), choices = {0};

	for (unsigned i = 0; words[i]; i++) {
		if (str_is(cell, words[i]))
			return i;
	}
	for (unsigned i = 0; words[i]; i++)
		choices = arena_printf(table->arena, "%.*s%s%s", STR_ARG(choices),
				       i == 0	      ? ""
				       : words[i + 1] ? ", "
						      : " or ",
				       words[i]);
	table_fail(table, column, "'%.*s' is not %.*s", STR_ARG(cell), STR_ARG(choices));
	return 0;
}
