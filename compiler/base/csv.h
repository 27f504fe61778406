/* Comma-separated values (RFC 4180), read strictly, a row at a time.
 *
 * A cell is bare, or in double quotes, where a quote is doubled and commas and line breaks are
 * text. Lines end in LF or CRLF; the last may lack its end. A byte order mark is passed over.
 * Cells point into the bytes; only one with a doubled quote is copied, into the arena. */
#ifndef GPUPLAN_CSV_H
#define GPUPLAN_CSV_H

#include "compiler/base/arena.h"

struct csv_cell {
	struct str text;
	uint32_t line; /* where it begins, from 1 */
};

enum csv_status { CSV_ROW, CSV_END, CSV_ERROR };

struct csv {
	/* The row that csv_next read; valid until the next call (the texts live on). */
	struct csv_cell *cells;
	uint32_t n;

	/* After CSV_ERROR: what is wrong, on which line and in which cell of the row, from 1. */
	const char *error;
	uint32_t error_line;
	uint32_t error_column;

	/* private */
	struct arena *arena;
	const char *p;
	const char *end;
	uint32_t line;
	uint32_t capacity;
};

void csv_begin(struct csv *csv, struct arena *arena, struct str bytes);
enum csv_status csv_next(struct csv *csv);

#endif
