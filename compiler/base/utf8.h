/* Strict UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF. */
#ifndef GPUPLAN_UTF8_H
#define GPUPLAN_UTF8_H

#include "compiler/base/arena.h"

/* Returns the length in bytes of the first character of `s` and sets *code; 0 if there is none. */
size_t utf8_character(struct str s, uint32_t *code);
/* Replaces each invalid byte by U+FFFD, so that JSON can hold a file name. Valid text is not
 * copied. */
struct str utf8_clean(struct arena *arena, struct str s);

#endif
