/* Makes untrusted text safe to show. */
#ifndef GPUPLAN_VISIBLE_H
#define GPUPLAN_VISIBLE_H

#include "compiler/base/buffer.h"

/* True for a character that could control a terminal or change the direction of text. */
bool text_is_hostile(uint32_t code);
/* Appends the text with control characters, bidirectional overrides and invalid UTF-8 escaped. */
void text_visible(struct buffer *out, struct str s);
/* Returns the text for a message, terminated. Longer texts are cut to 80 bytes and an ellipsis; a
 * NUL byte becomes \0. */
const char *text_quote(struct arena *arena, struct str s);

#endif
