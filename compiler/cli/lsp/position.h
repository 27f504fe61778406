/* LSP's positions: lines from 0, and characters in the units that client and server agreed on. */
#ifndef GPUPLAN_LSP_POSITION_H
#define GPUPLAN_LSP_POSITION_H

#include "compiler/cli/lsp/message.h"
#include "compiler/source/source.h"

enum encoding { ENCODING_UTF16, ENCODING_UTF8, ENCODING_UTF32 };

/* "utf-16" */
const char *encoding_name(enum encoding encoding);
bool encoding_parse(struct str name, enum encoding *out);

/* The length of a text in units. A byte that is not UTF-8 counts as one character, as the client
 * shows it. */
uint32_t count_units(struct str text, enum encoding encoding);

/* The offset of a position in a text. A position behind the end of its line, or of the text, is
 * moved to that end; one within a character, to its start. */
size_t offset_of_position(struct str text, enum encoding encoding, uint32_t line,
			  uint32_t character);
/* The position of an offset. */
struct json *position_of_offset(struct arena *arena, struct str text, enum encoding encoding,
				size_t offset);

/* {"start": …, "end": …} of a span. `mark`: the client's text starts with the byte order mark that
 * the source has; an editor that has read the file itself has removed it. */
struct json *range_of_span(struct arena *arena, const struct sources *sources,
			   enum encoding encoding, struct span span, bool mark);
/* Of two offsets in a text. */
struct json *range_of_offsets(struct arena *arena, struct str text, enum encoding encoding,
			      size_t start, size_t end);

#endif
