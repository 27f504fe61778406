/* vGPU types: the driver's names, their spellings in the documents, types that only the P2P tables
 * list, and the documents' figures. */
#include "compiler/catalog/private.h"

/* The documents' megabytes differ from the GB in the name by less than 0.4 % (94C has 96246, 24C of
 * an H100 NVL has 24672). A larger difference is an error in the documents. */
#define FIGURE_TOLERANCE 32 /* a 32nd */

/* Limits of the linear searches for codes and for types of a code: NVIDIA has 67 codes with at most
 * 72 types each. */
enum { MOST_CODES = 1000, MOST_TYPES = 1000 };

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_series(char c)
{
	return c == 'A' || c == 'B' || c == 'C' || c == 'Q';
}

/* Takes a number off the end of `*s`. False unless it has one to four digits. */
static bool take_last_number(struct str *s, unsigned *value)
{
	size_t n = s->n;

	while (n && is_digit(s->p[n - 1]))
		n--;
	if (n == s->n || s->n - n > 4)
		return false;
	*value = 0;
	for (size_t i = n; i < s->n; i++)
		*value = *value * 10 + (unsigned)(s->p[i] - '0');
	s->n = n;
	return true;
}

/* Parses BOARD-[SLICES-]GB SERIES [ME|4] from the right, since board codes may contain dashes. */
static bool parse_name(struct str name, struct vgpu_type *type)
{
	struct str rest = name;
	unsigned gb, slices = 0;

	if (rest.n > 2 && memcmp(rest.p + rest.n - 2, "ME", 2) == 0)
		rest.n -= 2;
	else if (rest.n > 1 && rest.p[rest.n - 1] == '4')
		rest.n--;
	if (rest.n == 0 || !is_series(rest.p[--rest.n]))
		return false;
	type->series = rest.p[rest.n];
	if (!take_last_number(&rest, &gb) || rest.n < 2 || rest.p[--rest.n] != '-')
		return false;

	struct str code = rest;
	if (take_last_number(&code, &slices) && code.n >= 2 && code.p[code.n - 1] == '-')
		rest = (struct str){code.p, code.n - 1};
	else
		slices = 0;
	if (slices > 7)
		return false;
	type->name = name;
	type->board_code = rest;
	type->kind = slices ? VGPU_MIG_BACKED : VGPU_TIME_SLICED;
	type->mig_slices = (uint8_t)slices;
	type->framebuffer = gb ? gb * GIB : 512 * MIB; /* 0B and 0Q are half a GB */
	return true;
}

enum {
	TYPE_PREFIX,
	TYPE_CODE,
	TYPE_FULL_NAME,
	TYPE_KIND,
	TYPE_SLICES,
	TYPE_GB,
	TYPE_SERIES,
	TYPE_WHOLE,
};
static const char *const type_columns[] = {
	"prefix",     "board_code", "full_name", "kind",
	"mig_slices", "fb_gb",	    "series",	 "is_full_fb_timesliced",
	NULL,
};
static const char *const kind_words[] = {"timesliced", "mig", NULL}; /* as enum vgpu_kind */
static const char *const no_yes[] = {"0", "1", NULL};

/* The table repeats parts of the name, which must agree with it. */
static void agree(struct table *table, unsigned column, bool same)
{
	struct str cell = table_text(table, column), name = table_text(table, TYPE_FULL_NAME);

	if (!same)
		table_fail(table, column, "'%.*s' does not match the name '%.*s'", STR_ARG(cell),
			   STR_ARG(name));
}

static struct vgpu_type read_type(struct table *table)
{
	struct vgpu_type type = {.full_name = table_name(table, TYPE_FULL_NAME)};
	enum vgpu_spelling spelling;
	struct str name = spelling_strip(type.full_name, &spelling);

	if (spelling != VGPU_DRIVER || !parse_name(name, &type)) {
		table_fail(table, TYPE_FULL_NAME,
			   "'%.*s' is not a vGPU type like NVIDIA H100XM-80C",
			   STR_ARG(type.full_name));
		return type;
	}
	type.prefix = (struct str){type.full_name.p, type.full_name.n - name.n - 1};
	type.whole_framebuffer = table_word(table, TYPE_WHOLE, no_yes);

	uint64_t gb = table_number(table, TYPE_GB, UINT16_MAX);
	char series = type.series;
	agree(table, TYPE_PREFIX, str_eq(table_text(table, TYPE_PREFIX), type.prefix));
	agree(table, TYPE_CODE, str_eq(table_text(table, TYPE_CODE), type.board_code));
	agree(table, TYPE_KIND, table_word(table, TYPE_KIND, kind_words) == type.kind);
	agree(table, TYPE_SLICES, table_number(table, TYPE_SLICES, UINT8_MAX) == type.mig_slices);
	agree(table, TYPE_GB, (gb ? gb * GIB : 512 * MIB) == type.framebuffer);
	agree(table, TYPE_SERIES, str_eq(table_text(table, TYPE_SERIES), (struct str){&series, 1}));
	agree(table, TYPE_WHOLE, !type.whole_framebuffer || type.kind == VGPU_TIME_SLICED);
	return type;
}

/* Returns the entry of a board code, adding it if it is new. */
static struct board_code *code_of(struct catalog *catalog, struct str text)
{
	struct board_code *code;

	/* Search backwards: types of a code are adjacent, so the last entry mostly matches. */
	for (uint32_t i = catalog->n_codes; i-- > 0;)
		if (spelled_alike(catalog->codes[i].text, text))
			return &catalog->codes[i];
	code = PUSH(catalog, codes);
	code->text = text;
	return code;
}

/* Adds a type. The GPU has as many MIG slices as the largest type of its code. */
static void add_type(struct catalog *catalog, struct board_code *code, const struct vgpu_type *type)
{
	*(struct vgpu_type *)PUSH(catalog, types) = *type;
	*(uint32_t *)PUSH(catalog, next_of_code) = 0;
	*(code->last ? &catalog->next_of_code[code->last - 1] : &code->first) = catalog->n_types;
	code->last = catalog->n_types;
	code->n_types++;
	if (type->mig_slices > code->mig_slices)
		code->mig_slices = type->mig_slices;
}

static bool read_types(struct catalog *catalog, struct catalog_error *error)
{
	struct table table;

	catalog_read(catalog, &table, TABLE_VGPU_TYPES, type_columns, error);
	/* Rows have about 80 bytes. Growing the array by doubling would take twice the memory. */
	catalog->types_capacity = (uint32_t)(table.source.bytes.n / 64);
	catalog->types = arena_array(catalog->arena, catalog->types_capacity,
				     sizeof(*catalog->types));
	while (table_next(&table)) {
		struct vgpu_type type = read_type(&table);
		struct board_code *code = code_of(catalog, type.board_code);

		if (type_of_code(catalog, code->first, vgpu_size_text(&type)))
			table_fail(&table, TYPE_FULL_NAME, "a second type '%.*s'",
				   STR_ARG(type.name));
		if (catalog->n_codes > MOST_CODES || code->n_types == MOST_TYPES)
			table_fail(&table, TYPE_CODE, "more than %d board codes, or types of one",
				   MOST_TYPES);
		add_type(catalog, code, &type);
	}
	return table_end(&table);
}

enum { SPELLING_DOCS, SPELLING_DRIVER };
static const char *const spelling_columns[] = {"docs_code", "driver_code", NULL};

/* Reads how the documents spell board codes. */
static bool read_spellings(struct catalog *catalog, struct catalog_error *error)
{
	struct table table;

	catalog_read(catalog, &table, TABLE_VGPU_SPELLINGS, spelling_columns, error);
	while (table_next(&table)) {
		struct str docs = table_name(&table, SPELLING_DOCS);
		struct str driver = table_name(&table, SPELLING_DRIVER);
		uint32_t i = 0;

		while (i < catalog->n_codes && !str_eq(catalog->codes[i].text, driver))
			i++;
		if (i < catalog->n_codes)
			*(struct code_spelling *)PUSH(catalog, code_spellings) =
				(struct code_spelling){docs, i};
		else
			catalog_dangling(catalog, &table, SPELLING_DRIVER, TABLE_VGPU_TYPES);
	}
	return table_end(&table);
}

enum { P2P_DOCS_TYPE, P2P_DRIVER_TYPE };
static const char *const p2p_columns[] = {"vgpu_type_in_docs", "driver_type_name", NULL};

/* Adds types that are in the P2P tables but not in the driver's (B300X-279C). Like all types in the
 * P2P tables, they have the whole framebuffer. */
static bool read_docs_only(struct catalog *catalog, struct catalog_error *error)
{
	struct table table;

	catalog_read(catalog, &table, TABLE_P2P, p2p_columns, error);
	while (table_next(&table)) {
		struct str docs = table_text(&table, P2P_DOCS_TYPE);
		if (docs.n == 0 || spelling_find(catalog, docs))
			continue;
		struct str driver_name = table_text(&table, P2P_DRIVER_TYPE);
		const struct vgpu_type *driver = spelling_find(catalog, driver_name);
		if (driver_name.n && !driver)
			continue; /* catalog_load_p2p reports it */
		struct vgpu_type type = {.whole_framebuffer = true, .docs_only = true};
		if (!parse_name(docs, &type) || type.kind != VGPU_TIME_SLICED) {
			table_fail(&table, P2P_DOCS_TYPE, "'%.*s' is not a time-sliced vGPU type",
				   STR_ARG(docs));
			break;
		}
		type.prefix = driver ? driver->prefix : STR("NVIDIA");
		type.full_name = arena_printf(catalog->arena, "%.*s %.*s", STR_ARG(type.prefix),
					      STR_ARG(docs));
		add_type(catalog, code_of(catalog, type.board_code), &type);
	}
	return table_end(&table);
}

enum { FIGURE_TYPE, FIGURE_MB, FIGURE_MAX, FIGURE_MIXED };
static const char *const time_sliced_columns[] = {"vgpu_type", "fb_mb", "max_equal_size",
						  "max_mixed_size", NULL};
static const char *const mig_columns[] = {"vgpu_type", "fb_mb", "max_per_gpu", NULL};

static void read_figure(struct table *table, struct vgpu_type *type, bool mixed)
{
	uint64_t bytes = table_number(table, FIGURE_MB, UINT32_MAX) * MIB;
	uint64_t named = type->framebuffer, tolerance = named / FIGURE_TOLERANCE;

	/* Ignore figures that contradict the name, such as 6144 MB for V100DX-4C. */
	if (bytes + tolerance >= named && bytes <= named + tolerance)
		type->framebuffer = bytes;
	type->max_per_gpu = (uint16_t)table_number(table, FIGURE_MAX, UINT16_MAX);
	if (mixed)
		type->max_mixed = (uint16_t)table_number(table, FIGURE_MIXED, UINT16_MAX);
}

/* Reads megabytes and counts. Boards that share a code repeat the rows of their types. */
static bool read_figures(struct catalog *catalog, enum table_id id, const char *const *columns,
			 struct catalog_error *error)
{
	struct table table;

	catalog_read(catalog, &table, id, columns, error);
	while (table_next(&table)) {
		const struct vgpu_type *found = spelling_find(catalog,
							      table_text(&table, FIGURE_TYPE));
		if (found)
			read_figure(&table, &catalog->types[found - catalog->types],
				    id == TABLE_TIME_SLICED);
		else
			catalog_dangling(catalog, &table, FIGURE_TYPE, TABLE_VGPU_TYPES);
	}
	return table_end(&table);
}

bool catalog_load_vgpu(struct catalog *catalog, struct catalog_error *error)
{
	return read_types(catalog, error) && read_spellings(catalog, error) &&
	       read_docs_only(catalog, error) &&
	       read_figures(catalog, TABLE_TIME_SLICED, time_sliced_columns, error) &&
	       read_figures(catalog, TABLE_MIG, mig_columns, error);
}

const struct vgpu_type *catalog_vgpu_types(struct catalog *catalog, size_t *n)
{
	catalog_need(catalog, PART_VGPU);
	*n = catalog->n_types;
	return catalog->types;
}

unsigned catalog_mig_slices(struct catalog *catalog, const struct board *board)
{
	catalog_need(catalog, PART_VGPU);
	for (uint32_t i = 0; i < catalog->n_codes; i++)
		if (str_eq(catalog->codes[i].text, board->vgpu_code))
			return catalog->codes[i].mig_slices;
	return 0;
}
