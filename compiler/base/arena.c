#include "compiler/base/arena.h"

#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>

#define ALIGNMENT    ((size_t)8) /* nothing here holds a long double */
#define FIRST_CHUNK  ((size_t)16 << 10)
#define LARGEST_STEP ((size_t)4 << 20)

struct chunk {
	struct chunk *next;
	size_t size;
	size_t used;
	size_t touched; /* bytes from the start; all later ones are still zero */
	alignas(16) unsigned char bytes[];
};

/* Chunks before `current` are full; those after it are empty, kept by arena_reset. */
struct arena {
	struct cleanup cleanup; /* frees the arena when a guard unwinds */
	struct chunk *first;
	struct chunk *current;
	size_t step; /* size of the next chunk */
};

/* Allocates a chunk of `size` bytes, header included. calloc gets large chunks zeroed from the
 * system, so nothing is cleared twice. */
static struct chunk *chunk_new(size_t size)
{
	struct chunk *chunk = calloc(1, size);

	if (!chunk)
		arena_oom();
	chunk->size = size - sizeof *chunk;
	return chunk;
}

static void free_on_unwind(void *arena)
{
	arena_free(arena);
}

struct arena *arena_new(void)
{
	struct arena *arena = calloc(1, sizeof *arena);

	if (!arena)
		arena_oom();
	cleanup_push(&arena->cleanup, free_on_unwind, arena);
	arena->first = arena->current = chunk_new(FIRST_CHUNK);
	arena->step = FIRST_CHUNK * 2;
	return arena;
}

struct arena *arena_free(struct arena *arena)
{
	if (!arena)
		return NULL;
	cleanup_pop(&arena->cleanup);
	for (struct chunk *chunk = arena->first, *next; chunk; chunk = next) {
		next = chunk->next;
		free(chunk);
	}
	free(arena);
	return NULL;
}

void arena_join(struct arena *arena, struct arena *other)
{
	struct chunk *last = other->first;

	while (last->next)
		last = last->next;
	last->next = arena->first;
	arena->first = other->first;
	cleanup_pop(&other->cleanup);
	free(other);
}

void arena_reset(struct arena *arena)
{
	for (struct chunk *chunk = arena->first; chunk; chunk = chunk->next)
		chunk->used = 0;
	arena->current = arena->first;
}

/* Links an empty chunk of at least `size` bytes behind the current one and makes it current. */
static struct chunk *arena_grow(struct arena *arena, size_t size)
{
	struct chunk *current = arena->current;
	struct chunk *chunk = NULL;
	struct chunk **link = &current->next;

	for (; *link; link = &(*link)->next) {
		if ((*link)->size >= size) {
			chunk = *link;
			*link = chunk->next;
			break;
		}
	}
	if (!chunk) {
		if (size > SIZE_MAX - sizeof *chunk)
			arena_oom();
		size += sizeof *chunk;
		chunk = chunk_new(size > arena->step ? size : arena->step);
		if (arena->step < LARGEST_STEP)
			arena->step *= 2;
	}
	chunk->next = current->next;
	current->next = chunk;
	arena->current = chunk;
	return chunk;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	if (size > SIZE_MAX - ALIGNMENT)
		arena_oom();
	/* Even zero bytes get an address of their own. */
	size_t room = size ? (size + ALIGNMENT - 1) & ~(ALIGNMENT - 1) : ALIGNMENT;
	struct chunk *chunk = arena->current;

	if (chunk->size - chunk->used < room)
		chunk = arena_grow(arena, room);
	unsigned char *p = chunk->bytes + chunk->used;
	if (chunk->used < chunk->touched)
		memset(p, 0,
		       room < chunk->touched - chunk->used ? room : chunk->touched - chunk->used);
	chunk->used += room;
	if (chunk->touched < chunk->used)
		chunk->touched = chunk->used;
	return p;
}

void *arena_array(struct arena *arena, size_t n, size_t size)
{
	size_t bytes;
	if (__builtin_mul_overflow(n, size, &bytes))
		arena_oom();
	return arena_alloc(arena, bytes);
}

struct str arena_copy(struct arena *arena, struct str s)
{
	char *p = arena_alloc(arena, s.n + 1);
	if (s.n)
		memcpy(p, s.p, s.n);
	return (struct str){p, s.n};
}

struct str arena_vprintf(struct arena *arena, const char *format, va_list args)
{
	char small[256];
	va_list again;

	va_copy(again, args);
	int n = vsnprintf(small, sizeof(small), format, args);
	if (n < 0)
		arena_oom();
	char *p = arena_alloc(arena, (size_t)n + 1);
	if ((size_t)n < sizeof(small))
		memcpy(p, small, (size_t)n);
	else
		vsnprintf(p, (size_t)n + 1, format, again);
	va_end(again);
	return (struct str){p, (size_t)n};
}

struct str arena_printf(struct arena *arena, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	struct str s = arena_vprintf(arena, format, args);
	va_end(args);
	return s;
}

void arena_double(struct arena *arena, void **items, uint32_t n, uint32_t *capacity, size_t size)
{
	uint32_t more = *capacity ? *capacity * 2 : 8;
	void *moved;

	if (*capacity > UINT32_MAX / 2)
		arena_oom();
	moved = arena_array(arena, more, size);
	if (n)
		memcpy(moved, *items, n * size);
	*items = moved;
	*capacity = more;
}
