/* A strict reader for comma-separated values (RFC 4180), one row at a time.
 *
 * In double quotes, a cell may hold commas, line breaks and doubled quotes. Lines end in LF or
 * CRLF, which the last line may lack. A byte order mark is skipped. Cells point into the input;
 * only cells with doubled quotes are copied into the arena. */
#ifndef GPUPLAN_CSV_H
#define GPUPLAN_CSV_H

#include "compiler/base/arena.h"

struct csv_cell {
	struct str text;
	uint32_t line; /* of its first character, from 1 */
};

enum csv_status { CSV_ROW, CSV_END, CSV_ERROR };

struct csv {
	/* The row that csv_next read, valid until the next call. The texts stay valid. */
	struct csv_cell *cells;
	uint32_t n;

	/* After CSV_ERROR: the mistake, its line, and its cell within the row, both from 1. */
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
