/* UTF-8, strictly: no overlong forms, no surrogates, nothing above U+10FFFF. */
#ifndef GPUPLAN_UTF8_H
#define GPUPLAN_UTF8_H

#include "compiler/arena.h"

/* Bytes of the character at the front of `s` and its code; 0 where there is none. */
size_t utf8_character(struct str s, uint32_t *code);
/* The text with U+FFFD for every byte that is none: JSON is UTF-8, a file name need not be. The
 * text itself where there is nothing to replace. */
struct str utf8_valid(struct arena *arena, struct str s);

#endif
