/* P2P over NVLink and multicast, as listed in NVIDIA's tables. */
#include "compiler/catalog/private.h"

#include <assert.h>
#include <stdlib.h>

enum { P2P_BOARD, P2P_DOCS_TYPE, P2P_TYPE, P2P_DOCS, P2P_NOTE };
static const char *const p2p_columns[] = {
	"board_id", "vgpu_type_in_docs", "driver_type_name", "docs_release", "note", NULL,
};

enum { REMARK_BOARD, REMARK };
static const char *const remark_columns[] = {"board_id", "remark", NULL};
enum { REMARK_OLD, REMARK_CONFLICT, REMARK_FULLY_CONNECTED };
static const char *const remark_words[] = {"old", "conflict", "fully_connected", NULL};

static int compare_rows(const void *left, const void *right)
{
	const struct p2p_row *a = *(const struct p2p_row *const *)left;
	const struct p2p_row *b = *(const struct p2p_row *const *)right;
	int d = str_cmp(a->board_id, b->board_id);
	return d ? d : (a > b) - (a < b);
}

/* Checks that the board and type of a row are known. The driver's name may be missing if the
 * documents' name is there. */
static bool check_row(struct catalog *catalog, struct table *table, struct p2p_row *row)
{
	row->known = spelling_find(catalog, row->type.n ? row->type : row->docs_type);
	if (!catalog_board(catalog, row->board_id)) {
		catalog_dangling(catalog, table, P2P_BOARD, TABLE_BOARDS);
		return false;
	}
	if (row->type.n ? !row->known : !row->docs_type.n) {
		catalog_dangling(catalog, table, P2P_TYPE, TABLE_VGPU_TYPES);
		return false;
	}
	return true;
}

/* Reads remarks about a board's rows: they are old, contradicted elsewhere, or hold only on a fully
 * connected baseboard. */
static bool load_remarks(struct catalog *catalog, struct catalog_error *error)
{
	struct table table;

	catalog_read(catalog, &table, TABLE_P2P_REMARKS, remark_columns, error);
	while (table_next(&table)) {
		struct str board_id = table_name(&table, REMARK_BOARD);
		unsigned remark = table_word(&table, REMARK, remark_words);
		bool known = false;

		for (uint32_t i = 0; i < catalog->n_p2p; i++) {
			struct p2p_row *row = &catalog->p2p[i];

			if (!str_eq(row->board_id, board_id))
				continue;
			known = true;
			if (remark == REMARK_FULLY_CONNECTED)
				row->fully_connected = true;
			else
				row->listing = remark == REMARK_OLD ? P2P_LISTED_OLD
								    : P2P_LISTED_CONFLICTING;
		}
		if (!known)
			catalog_dangling(catalog, &table, REMARK_BOARD, TABLE_P2P);
	}
	return table_end(&table);
}

bool catalog_load_p2p(struct catalog *catalog, struct catalog_error *error)
{
	struct table table;

	catalog_need(catalog, PART_BOARDS);
	catalog_need(catalog, PART_VGPU);
	catalog_read(catalog, &table, TABLE_P2P, p2p_columns, error);
	while (table_next(&table)) {
		struct p2p_row row = {
			.board_id = table_name(&table, P2P_BOARD),
			.type = table_text(&table, P2P_TYPE),
			.docs_type = table_text(&table, P2P_DOCS_TYPE),
			.docs = table_text(&table, P2P_DOCS),
			.note = table_text(&table, P2P_NOTE),
			.listing = P2P_LISTED,
		};
		if (check_row(catalog, &table, &row))
			*(struct p2p_row *)PUSH(catalog, p2p) = row;
	}

	uint32_t n = catalog->n_p2p;
	catalog->p2p_by_board = arena_array(catalog->arena, n, sizeof(*catalog->p2p_by_board));
	for (uint32_t i = 0; i < n; i++)
		catalog->p2p_by_board[i] = &catalog->p2p[i];
	if (n)
		qsort(catalog->p2p_by_board, n, sizeof(*catalog->p2p_by_board), compare_rows);
	return table_end(&table) && load_remarks(catalog, error);
}

/* The index in p2p_by_board of a board's first row; n_p2p if it has none. */
static uint32_t first_row(const struct catalog *catalog, struct str board_id)
{
	uint32_t low = 0, high = catalog->n_p2p;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (str_cmp(catalog->p2p_by_board[middle]->board_id, board_id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < catalog->n_p2p && !str_eq(catalog->p2p_by_board[low]->board_id, board_id))
		return catalog->n_p2p;
	return low;
}

const struct p2p_row *catalog_p2p(struct catalog *catalog, const struct board *board,
				  const struct vgpu_type *type)
{
	catalog_need(catalog, PART_P2P);
	for (uint32_t i = first_row(catalog, board->id); i < catalog->n_p2p; i++) {
		const struct p2p_row *row = catalog->p2p_by_board[i];
		if (!str_eq(row->board_id, board->id))
			break;
		if (str_eq(row->type, type->name) || str_eq(row->docs_type, type->name))
			return row;
	}
	return NULL;
}

const struct vgpu_type *catalog_p2p_type(struct catalog *catalog, const struct board *board)
{
	catalog_need(catalog, PART_P2P);
	uint32_t i = first_row(catalog, board->id);
	return i == catalog->n_p2p ? NULL : catalog->p2p_by_board[i]->known;
}

enum { MULTICAST_TYPE };
static const char *const multicast_columns[] = {"vgpu_type", NULL};

bool catalog_load_multicast(struct catalog *catalog, struct catalog_error *error)
{
	struct table table;

	catalog_need(catalog, PART_VGPU);
	catalog->multicast = arena_array(catalog->arena, catalog->n_types, sizeof(bool));
	catalog_read(catalog, &table, TABLE_MULTICAST, multicast_columns, error);
	while (table_next(&table)) {
		const struct vgpu_type *type = spelling_find(catalog,
							     table_text(&table, MULTICAST_TYPE));
		if (type)
			catalog->multicast[type - catalog->types] = true;
		else
			catalog_dangling(catalog, &table, MULTICAST_TYPE, TABLE_VGPU_TYPES);
	}
	return table_end(&table);
}

bool catalog_multicast(struct catalog *catalog, const struct vgpu_type *type)
{
	catalog_need(catalog, PART_MULTICAST);
	assert(type >= catalog->types && type < catalog->types + catalog->n_types);
	return catalog->multicast[type - catalog->types];
}
