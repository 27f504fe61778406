/* Pieces of YAML for what gpuplan writes (import, discover, fixes), safe whatever text they hold.
 */
#ifndef GPUPLAN_YAML_WRITE_H
#define GPUPLAN_YAML_WRITE_H

#include "compiler/base/buffer.h"

/* `value` on one line, as the key decides what it is: in these quotes ('"' or '\'') or, for 0, in
 * none where it can do without. */
struct str yaml_scalar(struct arena *arena, struct str value, char quote);
/* What is between the quotes. Single ones cannot hold what needs escapes. */
struct str yaml_escape(struct arena *arena, struct str s, char quote);
/* It holds control characters, or others that are not shown, or is not UTF-8. */
bool yaml_needs_escapes(struct str s);
/* A text, quoted where another YAML reader could take it for something else than a text: PyYAML
 * reads 05:00.0 as a number to the base 60. */
void yaml_write_text(struct buffer *out, struct str s);
/* `INDENT# …` and a line end; long texts are broken into several lines. Control characters and
 * what is no UTF-8 are shown as escapes. */
void yaml_write_comment(struct buffer *out, const char *indent, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
