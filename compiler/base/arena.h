/* Memory: one arena per plan and one per command, freed only as a whole.
 *
 * No function here fails: running out of memory unwinds to the guard (compiler/base/memory.h). All
 * memory from an arena is zeroed and aligned to 8 bytes. An arena made inside a guard must be freed
 * on the same thread. */
#ifndef GPUPLAN_ARENA_H
#define GPUPLAN_ARENA_H

#include <stdarg.h>

#include "compiler/base/memory.h"
#include "compiler/base/str.h"

struct arena;

struct arena *arena_new(void);
/* Accepts NULL. Returns NULL, so that `a = arena_free(a)` leaves no dangling pointer. */
struct arena *arena_free(struct arena *arena);
/* Moves all memory of `other` into `arena` and frees `other` itself. */
void arena_join(struct arena *arena, struct arena *other);
/* Invalidates everything allocated so far and keeps the memory for reuse. */
void arena_reset(struct arena *arena);

void *arena_alloc(struct arena *arena, size_t size);
/* Allocates `n` elements of `size` bytes. An overflow of the product counts as out of memory. */
void *arena_array(struct arena *arena, size_t n, size_t size);
/* The copy is terminated. */
struct str arena_copy(struct arena *arena, struct str s);
/* printf into the arena; the result is terminated. */
struct str arena_printf(struct arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
struct str arena_vprintf(struct arena *arena, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));

/* Doubles the capacity of an array; for arena_push. */
void arena_double(struct arena *arena, void **items, uint32_t n, uint32_t *capacity, size_t size);

/* Appends a zeroed element to an array and returns it. The array grows by doubling, so `*items` may
 * move. */
static inline void *arena_push(struct arena *arena, void **items, uint32_t *n, uint32_t *capacity,
			       size_t size)
{
	if (*n == *capacity)
		arena_double(arena, items, *n, capacity, size);
	return (char *)*items + (*n)++ * size;
}

#endif
