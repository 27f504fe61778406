/* UTF-8, strictly: no overlong forms, no surrogates, nothing above U+10FFFF. */
#ifndef GPUPLAN_UTF8_H
#define GPUPLAN_UTF8_H

#include "schema/text.h"

/* Bytes of the character at the front of `s` and its code; 0 where there is none. */
size_t utf8_character(struct str s, uint32_t *code);

#endif
