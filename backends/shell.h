/* Text for a POSIX shell. */
#ifndef GPUPLAN_BACKENDS_SHELL_H
#define GPUPLAN_BACKENDS_SHELL_H

#include "compiler/base/buffer.h"

/* 'TEXT' as one word: the shell gives back exactly these bytes. It must hold no NUL. */
void shell_quote(struct buffer *out, struct str text);

#endif
