/* Memory: one arena per plan and one per command; nothing is freed but the arena as a whole.
 *
 * No function here fails: out of memory unwinds to the guard (compiler/base/memory.h). Everything
 * that an arena hands out is zeroed, and aligned to 8 bytes. An arena that is made inside a guard
 * is freed on the same thread. */
#ifndef GPUPLAN_ARENA_H
#define GPUPLAN_ARENA_H

#include <stdarg.h>

#include "compiler/base/memory.h"
#include "compiler/base/str.h"

struct arena;

struct arena *arena_new(void);
/* Takes NULL; returns NULL, so that `a = arena_free(a)` leaves nothing dangling. */
struct arena *arena_free(struct arena *arena);
/* What `other` handed out lives as long as `arena` from here on; `other` is gone. */
void arena_join(struct arena *arena, struct arena *other);
/* Forgets everything that was handed out and keeps the memory for the next use. */
void arena_reset(struct arena *arena);

void *arena_alloc(struct arena *arena, size_t size);
/* `n` things of `size` bytes; a product that overflows is out of memory. */
void *arena_array(struct arena *arena, size_t n, size_t size);
/* The copy is terminated. */
struct str arena_copy(struct arena *arena, struct str s);
/* printf into the arena; the result is terminated. */
struct str arena_printf(struct arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
struct str arena_vprintf(struct arena *arena, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));

/* Doubles the array; for arena_push. */
void arena_double(struct arena *arena, void **items, uint32_t n, uint32_t *capacity, size_t size);

/* One more element at the end of an array that grows by doubling. `*items` moves. */
static inline void *arena_push(struct arena *arena, void **items, uint32_t *n, uint32_t *capacity,
			       size_t size)
{
	if (*n == *capacity)
		arena_double(arena, items, *n, capacity, size);
	return (char *)*items + (*n)++ * size;
}

#endif
