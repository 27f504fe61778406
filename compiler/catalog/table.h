/* A table of the catalog as rows of named cells. Private to compiler/catalog/.
 *
 * A getter that fails records the first error and returns 0 or an empty text. The next table_next
 * then ends the loop, and table_end returns false, so loaders need no checks in between. */
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
	bool replaced; /* from the catalog directory */
};

struct table {
	struct arena *arena;
	struct table_source source;
	struct csv csv;
	const char *const *columns;	/* names from the caller, ending with NULL */
	uint32_t at[TABLE_MAX_COLUMNS]; /* their cells in a row, from 0 */
	uint32_t width;
	uint32_t line; /* of the current row */
	bool failed;
	struct catalog_error *error;
};

struct table_source table_builtin(enum table_id id);
/* Replaces *source by the table's file in `dir`, if there is one. False if it is unreadable. */
bool table_replace(struct arena *arena, const struct files *files, const char *dir,
		   enum table_id id, struct table_source *source, struct catalog_error *error);

void table_begin(struct table *table, struct arena *arena, struct table_source source,
		 const char *const *columns, struct catalog_error *error);
/* Reads the next row. False at the end and after an error. */
bool table_next(struct table *table);
/* True if the whole table was read without an error. */
bool table_end(const struct table *table);

static inline struct str table_text(const struct table *table, unsigned column)
{
	return table->csv.cells[table->at[column]].text;
}
/* A text, which must not be empty. */
struct str table_name(struct table *table, unsigned column);
/* A decimal number up to `max`; an empty cell is 0. */
uint32_t table_number(struct table *table, unsigned column, uint32_t max);
/* A number of GiB, with an optional fraction and remark in parentheses, in bytes. Empty is 0. */
uint64_t table_gib(struct table *table, unsigned column);
/* The device of a PCI id such as `10de:20b2`. */
uint16_t table_pci_device(struct table *table, unsigned column);
/* The index of the cell in `words`, which ends with NULL. */
unsigned table_word(struct table *table, unsigned column, const char *const *words);

/* Parses four hex digits at the start of `s`. More text may follow. */
bool pci_hex(struct str s, uint16_t *value);

/* Reports an error in a cell of the current row. The name of the column precedes the message. */
void table_fail(struct table *table, unsigned column, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
