/* Untrusted text as people may see it. */
#ifndef GPUPLAN_VISIBLE_H
#define GPUPLAN_VISIBLE_H

#include "compiler/base/buffer.h"

/* A character that could move a terminal's cursor, colour it, or turn text around. */
bool text_is_hostile(uint32_t code);
/* Appends the text for a terminal: control characters, bidirectional overrides and bytes that are
 * not UTF-8 appear as escapes. */
void text_visible(struct buffer *out, struct str s);
/* The text for a message, terminated: cut to 80 bytes with an ellipsis when it is longer, a NUL
 * byte written as \0. */
const char *text_quote(struct arena *arena, struct str s);

#endif
