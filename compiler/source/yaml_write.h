/* Pieces of YAML for what gpuplan writes itself (import, discover), safe whatever text they hold.
 */
#ifndef GPUPLAN_YAML_WRITE_H
#define GPUPLAN_YAML_WRITE_H

#include "compiler/base/buffer.h"

/* A scalar, quoted where another YAML reader could take it for something else than a text: PyYAML
 * reads 05:00.0 as a number to the base 60. */
void yaml_write_text(struct buffer *out, struct str s);
/* `INDENT# …` and a line end; long texts are broken into several lines. Control characters and
 * what is no UTF-8 are shown as escapes. */
void yaml_write_comment(struct buffer *out, const char *indent, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
