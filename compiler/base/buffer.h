/* A growing text, such as an artifact that a backend writes. */
#ifndef GPUPLAN_BUFFER_H
#define GPUPLAN_BUFFER_H

#include "compiler/base/arena.h"

struct buffer {
	struct arena *arena;
	char *p;
	size_t n, capacity;
};

void buffer_init(struct buffer *buffer, struct arena *arena);
void buffer_add(struct buffer *buffer, struct str s);
void buffer_puts(struct buffer *buffer, const char *z);
void buffer_printf(struct buffer *buffer, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
struct str buffer_text(const struct buffer *buffer);

#endif
