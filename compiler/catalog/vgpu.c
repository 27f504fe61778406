/* vGPU types: the driver's names, the documents' spellings of them, types that only a P2P table
 * prints, and the documents' figures. */
#include "compiler/catalog/private.h"

#include <stdlib.h>

/* The documents' megabytes stray from the name's GB by less than 0.4 % (94C is 96246, 24C of an
 * H100 NVL is 24672); more than this is a slip of the table. */
#define FIGURE_TOLERANCE 32 /* a 32nd */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_series(char c)
{
	return c == 'A' || c == 'B' || c == 'C' || c == 'Q';
}

/* The number at the end of `*s`, taken off it; false without one of one to four digits. */
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

/* BOARD-[SLICES-]GB SERIES [ME|4], from the right, since the board's code may hold a dash: fills
 * what the name says. */
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
static const char *const kind_words[] = {"timesliced", "mig", NULL}; /* enum vgpu_kind's order */
static const char *const no_yes[] = {"0", "1", NULL};

/* The table says twice what the name says once. */
static void agree(struct table *table, unsigned column, bool same)
{
	struct str cell = table_text(table, column), name = table_text(table, TYPE_FULL_NAME);

	if (!same)
		table_fail(table, column, "'%.*s' is not what the name '%.*s' says", STR_ARG(cell),
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

static void push_spelling(struct catalog *catalog, struct str text, uint32_t type, uint32_t line,
			  bool own)
{
	*(struct spelling *)PUSH(catalog, spellings) =
		(struct spelling){.text = text, .type = type, .line = line, .own = own};
}

/* The whole GPU has as many slices as the largest MIG-backed type of its code. */
static void note_code(struct catalog *catalog, const struct vgpu_type *type)
{
	struct board_code *code = NULL;

	/* The table has a code's types together, so the last one is nearly always it. */
	for (uint32_t i = catalog->n_codes; i-- > 0 && !code;) {
		if (str_eq(catalog->codes[i].code, type->board_code))
			code = &catalog->codes[i];
	}
	if (!code) {
		code = PUSH(catalog, codes);
		code->code = type->board_code;
	}
	if (type->mig_slices > code->mig_slices)
		code->mig_slices = type->mig_slices;
}

static void read_types(struct catalog *catalog, struct table *table, struct catalog_error *error)
{
	catalog_read(catalog, table, TABLE_VGPU_TYPES, type_columns, error);
	while (table_next(table)) {
		struct vgpu_type type = read_type(table);
		push_spelling(catalog, type.name, catalog->n_types, table->line, true);
		note_code(catalog, &type);
		*(struct vgpu_type *)PUSH(catalog, types) = type;
	}
}

enum { SPELLING_DOCS, SPELLING_DRIVER };
static const char *const spelling_columns[] = {"docs_code", "driver_code", NULL};

/* The documents' spelling of every type whose code they spell otherwise. */
static bool read_spellings(struct catalog *catalog, struct catalog_error *error)
{
	struct table table;

	catalog_read(catalog, &table, TABLE_VGPU_SPELLINGS, spelling_columns, error);
	while (table_next(&table)) {
		struct str docs = table_name(&table, SPELLING_DOCS);
		struct str driver = table_name(&table, SPELLING_DRIVER);
		bool found = false;
		for (uint32_t i = 0; i < catalog->n_types; i++) {
			const struct vgpu_type *type = &catalog->types[i];
			if (!str_eq(type->board_code, driver))
				continue;
			struct str tail = {type->name.p + driver.n, type->name.n - driver.n};
			push_spelling(catalog,
				      arena_printf(catalog->arena, "%.*s%.*s", STR_ARG(docs),
						   STR_ARG(tail)),
				      i, table.line, false);
			found = true;
		}
		if (!found)
			catalog_dangling(catalog, &table, SPELLING_DRIVER, TABLE_VGPU_TYPES);
	}
	return table_end(&table);
}

static int compare_spellings(const void *left, const void *right)
{
	return spelling_cmp(left, right);
}

/* Sorts them and leaves one of each text: the driver's own. */
static void sort_spellings(struct catalog *catalog, struct table *types)
{
	uint32_t kept = 0;

	if (catalog->n_spellings)
		qsort(catalog->spellings, catalog->n_spellings, sizeof(*catalog->spellings),
		      compare_spellings);
	for (uint32_t i = 0; i < catalog->n_spellings; i++) {
		struct spelling *spelling = &catalog->spellings[i];
		const struct spelling *last = kept ? &catalog->spellings[kept - 1] : NULL;
		if (!last || spelling_text_cmp(last->text, spelling->text) != 0)
			catalog->spellings[kept++] = *spelling;
		else if (spelling->own)
			table_fail_at(types, spelling->line, TYPE_FULL_NAME, "a second type '%.*s'",
				      STR_ARG(spelling->text));
	}
	catalog->n_spellings = kept;
}

/* A text that none of the sorted ones has. */
static void insert_spelling(struct catalog *catalog, struct str text, uint32_t type, uint32_t line)
{
	struct spelling spelling = {.text = text, .type = type, .line = line};
	uint32_t at = catalog->n_spellings;

	PUSH(catalog, spellings);
	for (; at && spelling_cmp(&catalog->spellings[at - 1], &spelling) > 0; at--)
		catalog->spellings[at] = catalog->spellings[at - 1];
	catalog->spellings[at] = spelling;
}

enum { P2P_DOCS_TYPE, P2P_DRIVER_TYPE };
static const char *const p2p_columns[] = {"vgpu_type_in_docs", "driver_type_name", NULL};

/* The P2P tables print types that the driver's table does not have (B300X-279C): whole
 * framebuffer, as all of those tables. */
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
			continue; /* for catalog_load_p2p to judge */
		struct vgpu_type type = {.whole_framebuffer = true, .docs_only = true};
		if (!parse_name(docs, &type) || type.kind != VGPU_TIME_SLICED) {
			table_fail(&table, P2P_DOCS_TYPE, "'%.*s' is not a time-sliced vGPU type",
				   STR_ARG(docs));
			break;
		}
		type.prefix = driver ? driver->prefix : STR("NVIDIA");
		type.full_name = arena_printf(catalog->arena, "%.*s %.*s", STR_ARG(type.prefix),
					      STR_ARG(docs));
		insert_spelling(catalog, docs, catalog->n_types, table.line);
		*(struct vgpu_type *)PUSH(catalog, types) = type;
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

	/* NVIDIA's page has slips (V100DX-4C with 6144 MB): a figure far off the name's is none. */
	if (bytes + tolerance >= named && bytes <= named + tolerance)
		type->framebuffer = bytes;
	type->max_per_gpu = (uint16_t)table_number(table, FIGURE_MAX, UINT16_MAX);
	if (mixed)
		type->max_mixed = (uint16_t)table_number(table, FIGURE_MIXED, UINT16_MAX);
}

/* Megabytes and counts. Boards that share a code repeat a type's row. */
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

static int compare_codes(const void *left, const void *right)
{
	const struct board_code *a = left, *b = right;
	return str_cmp(a->code, b->code);
}

bool catalog_load_vgpu(struct catalog *catalog, struct catalog_error *error)
{
	struct table types;

	read_types(catalog, &types, error);
	if (!table_end(&types) || !read_spellings(catalog, error))
		return false;
	sort_spellings(catalog, &types);
	if (!table_end(&types) || !read_docs_only(catalog, error))
		return false;
	if (catalog->n_codes)
		qsort(catalog->codes, catalog->n_codes, sizeof(*catalog->codes), compare_codes);
	return read_figures(catalog, TABLE_TIME_SLICED, time_sliced_columns, error) &&
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
	struct board_code wanted = {.code = board->vgpu_code};

	catalog_need(catalog, PART_VGPU);
	if (wanted.code.n == 0 || catalog->n_codes == 0)
		return 0;
	const struct board_code *code = bsearch(&wanted, catalog->codes, catalog->n_codes,
						sizeof(*code), compare_codes);
	return code ? code->mig_slices : 0;
}
