/* One table of the catalog as rows of named cells. Private to compiler/catalog/.
 *
 * The getters never stop a loader: the first thing that is wrong is kept, table_next then ends the
 * loop, and table_end says how it went. A getter that fails returns 0 or an empty text. */
#ifndef GPUPLAN_CATALOG_TABLE_H
#define GPUPLAN_CATALOG_TABLE_H

#include "compiler/base/csv.h"
#include "compiler/catalog/catalog.h"

/* NAME is the file rules/tables/NAME.csv and the symbol in rules/tables/tables.S. */
#define CATALOG_TABLES(X)                                                                          \
	X(TABLE_RELEASES, releases)                                                                \
	X(TABLE_FIGURES, figures)                                                                  \
	X(TABLE_ARCHITECTURES, architectures)                                                      \
	X(TABLE_BOARDS, boards)                                                                    \
	X(TABLE_BOARD_UVM, board_uvm)                                                              \
	X(TABLE_CHIPS, chip_architectures)                                                         \
	X(TABLE_GEFORCE, geforce)                                                                  \
	X(TABLE_VGPU_TYPES, vgpu_types_driver_union)                                               \
	X(TABLE_VGPU_SPELLINGS, vgpu_spellings)                                                    \
	X(TABLE_TIME_SLICED, vgpu_timesliced_docs)                                                 \
	X(TABLE_MIG, vgpu_mig_docs)                                                                \
	X(TABLE_P2P, p2p_nvlink_vgpu)                                                              \
	X(TABLE_P2P_REMARKS, p2p_remarks)                                                          \
	X(TABLE_MULTICAST, multicast)                                                              \
	X(TABLE_PARTITIONS, fm_partitions)

#define CATALOG_TABLE_ID(id, name) id,
enum table_id { CATALOG_TABLES(CATALOG_TABLE_ID) TABLE_COUNT };

#define TABLE_MAX_COLUMNS 16

struct table_source {
	struct str file;
	struct str bytes;
	bool replaced; /* out of the catalog directory */
};

struct table {
	struct arena *arena;
	struct table_source source;
	struct csv csv;
	const char *const *columns;	/* the caller's names, up to a NULL */
	uint32_t at[TABLE_MAX_COLUMNS]; /* where the header has them, from 0 */
	uint32_t width;
	uint32_t line; /* of the current row */
	bool failed;
	struct catalog_error *error;
};

struct table_source table_builtin(enum table_id id);
/* Replaces `*source` by the file that `dir` has for this table, if any. False if the file cannot be
 * read. */
bool table_replace(struct arena *arena, const struct files *files, const char *dir,
		   enum table_id id, struct table_source *source, struct catalog_error *error);

void table_begin(struct table *table, struct arena *arena, struct table_source source,
		 const char *const *columns, struct catalog_error *error);
/* The next row; false at the end and after anything went wrong. */
bool table_next(struct table *table);
/* True when the whole table was read and nothing was wrong. */
bool table_end(const struct table *table);

static inline struct str table_text(const struct table *table, unsigned column)
{
	return table->csv.cells[table->at[column]].text;
}
/* A text that must be there. */
struct str table_name(struct table *table, unsigned column);
/* A decimal number up to `max`; an empty cell is 0. */
uint32_t table_number(struct table *table, unsigned column, uint32_t max);
/* A number of GiB, perhaps with a fraction or a remark in parentheses, as bytes; empty is 0. */
uint64_t table_gib(struct table *table, unsigned column);
/* A PCI id `10de:20b2`: the device. */
uint16_t table_pci_device(struct table *table, unsigned column);
/* The cell's index in `words`, up to a NULL. */
unsigned table_word(struct table *table, unsigned column, const char *const *words);

/* Four hex digits at the start of `s`, any case; more may follow. */
bool pci_hex(struct str s, uint16_t *value);

/* The current row's cell is wrong; the message gets the column's name before it. */
void table_fail(struct table *table, unsigned column, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
