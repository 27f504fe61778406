/* UTF-8, strictly: no overlong forms, no surrogates, nothing above U+10FFFF. */
#ifndef GPUPLAN_UTF8_H
#define GPUPLAN_UTF8_H

#include "compiler/base/arena.h"

/* Bytes of the character at the front of `s` and its code; 0 where there is none. */
size_t utf8_character(struct str s, uint32_t *code);
/* The same text, what is no character replaced by U+FFFD: what JSON can hold of a file name. */
struct str utf8_clean(struct arena *arena, struct str s);

#endif
