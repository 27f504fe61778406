#include "compiler/base/buffer.h"

#include <stdio.h>

void buffer_init(struct buffer *buffer, struct arena *arena)
{
	*buffer = (struct buffer){.arena = arena};
}

/* Makes room for `n` more bytes and a terminator. */
static void reserve(struct buffer *buffer, size_t n)
{
	size_t capacity = buffer->capacity ? buffer->capacity : 4096;
	char *p;

	if (n >= SIZE_MAX / 4 || buffer->n >= SIZE_MAX / 4)
		arena_oom();
	if (buffer->n + n < buffer->capacity)
		return;
	while (capacity <= buffer->n + n)
		capacity *= 2;
	p = arena_alloc(buffer->arena, capacity);
	if (buffer->n)
		memcpy(p, buffer->p, buffer->n);
	buffer->p = p;
	buffer->capacity = capacity;
}

void buffer_add(struct buffer *buffer, struct str s)
{
	if (s.n == 0)
		return;
	reserve(buffer, s.n);
	memcpy(buffer->p + buffer->n, s.p, s.n);
	buffer->n += s.n;
}

void buffer_puts(struct buffer *buffer, const char *z)
{
	buffer_add(buffer, str_of(z));
}

void buffer_printf(struct buffer *buffer, const char *format, ...)
{
	va_list args, again;
	int n;

	va_start(args, format);
	va_copy(again, args);
	n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (n < 0)
		arena_oom();
	reserve(buffer, (size_t)n);
	vsnprintf(buffer->p + buffer->n, (size_t)n + 1, format, again);
	buffer->n += (size_t)n;
	va_end(again);
}

struct str buffer_text(const struct buffer *buffer)
{
	return (struct str){buffer->p, buffer->n};
}
