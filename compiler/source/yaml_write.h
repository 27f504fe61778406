/* Writes pieces of YAML (import, discover, fixes) that are safe for any text. */
#ifndef GPUPLAN_YAML_WRITE_H
#define GPUPLAN_YAML_WRITE_H

#include "compiler/base/buffer.h"

/* Returns `value` on one line, for a key that determines its type: in the given quotes ('"' or
 * '\'') or, for 0, in none if it needs none. */
struct str yaml_scalar(struct arena *arena, struct str value, char quote);
/* Returns the text between the quotes. Use double quotes if yaml_needs_escapes. */
struct str yaml_escape(struct arena *arena, struct str s, char quote);
/* True for text with control or hostile characters (text_is_hostile) or invalid UTF-8. */
bool yaml_needs_escapes(struct str s);
/* Writes a text, quoted if any YAML reader could take it for anything else: PyYAML reads 05:00.0 as
 * a number to the base 60. */
void yaml_write_text(struct buffer *out, struct str s);
/* Writes `INDENT# …` and a newline, breaking long texts into several lines. Control characters and
 * invalid UTF-8 become escapes. */
void yaml_write_comment(struct buffer *out, const char *indent, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
