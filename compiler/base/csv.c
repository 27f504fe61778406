#include "compiler/base/csv.h"

#include <limits.h>

void csv_begin(struct csv *csv, struct arena *arena, struct str bytes)
{
	static const char bom[] = "\xef\xbb\xbf";

	*csv = (struct csv){.arena = arena, .p = bytes.p, .end = bytes.p + bytes.n, .line = 1};
	if (bytes.n >= 3 && memcmp(bytes.p, bom, 3) == 0)
		csv->p += 3;
}

static bool csv_fail(struct csv *csv, uint32_t line, const char *error)
{
	csv->error = error;
	csv->error_line = line;
	csv->error_column = csv->n; /* n already counts the current cell */
	return false;
}

static bool at_line_end(const struct csv *csv)
{
	return csv->p == csv->end || *csv->p == '\n' ||
	       (*csv->p == '\r' && csv->p + 1 < csv->end && csv->p[1] == '\n');
}

/* Characters that end an unquoted cell or are not allowed in it. A table, because every character
 * of the catalog passes through here. */
static bool is_special(char c)
{
	static const bool special[UCHAR_MAX + 1] = {
		[','] = true, ['"'] = true, ['\n'] = true, ['\r'] = true, ['\0'] = true};

	return special[(unsigned char)c];
}

static bool read_bare(struct csv *csv, struct csv_cell *cell)
{
	const char *start = csv->p, *p = start, *end = csv->end;

	while (p < end && !is_special(*p))
		p++;
	csv->p = p;
	if (p < end && *p != ',' && !at_line_end(csv))
		return csv_fail(csv, csv->line,
				*csv->p == '\0' ? "a NUL byte"
				: *csv->p == '"'
					? "a quote inside a cell that does not begin with one"
					: "a carriage return without its line feed");
	cell->text = (struct str){start, (size_t)(p - start)};
	return true;
}

/* Copies the cell into the arena with `""` replaced by `"`. */
static struct str undouble(struct arena *arena, struct str raw)
{
	char *out = arena_alloc(arena, raw.n);
	size_t n = 0;

	for (size_t i = 0; i < raw.n; i++) {
		out[n++] = raw.p[i];
		if (raw.p[i] == '"')
			i++;
	}
	return (struct str){out, n};
}

static bool read_quoted(struct csv *csv, struct csv_cell *cell)
{
	const char *start = ++csv->p;
	bool doubled = false;

	for (;; csv->p++) {
		if (csv->p == csv->end)
			return csv_fail(csv, cell->line, "a quote that is never closed");
		if (*csv->p == '\0')
			return csv_fail(csv, csv->line, "a NUL byte");
		if (*csv->p == '\n')
			csv->line++;
		if (*csv->p != '"')
			continue;
		if (csv->p + 1 == csv->end || csv->p[1] != '"')
			break;
		doubled = true;
		csv->p++;
	}
	cell->text = (struct str){start, (size_t)(csv->p - start)};
	if (doubled)
		cell->text = undouble(csv->arena, cell->text);
	csv->p++;
	if (!at_line_end(csv) && *csv->p != ',')
		return csv_fail(csv, csv->line, "text after the closing quote");
	return true;
}

static bool read_cell(struct csv *csv)
{
	struct csv_cell *cell = arena_push(csv->arena, (void **)&csv->cells, &csv->n,
					   &csv->capacity, sizeof(*cell));

	cell->line = csv->line;
	return csv->p < csv->end && *csv->p == '"' ? read_quoted(csv, cell) : read_bare(csv, cell);
}

enum csv_status csv_next(struct csv *csv)
{
	if (csv->error)
		return CSV_ERROR;
	if (csv->p == csv->end)
		return CSV_END;

	csv->n = 0;
	if (!read_cell(csv))
		return CSV_ERROR;
	while (csv->p < csv->end && *csv->p == ',') {
		csv->p++;
		if (!read_cell(csv))
			return CSV_ERROR;
	}
	if (csv->p < csv->end) {
		csv->p += *csv->p == '\r' ? 2 : 1;
		csv->line++;
	}
	return CSV_ROW;
}
