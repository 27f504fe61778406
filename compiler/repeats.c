#include "compiler/repeats.h"

enum { SLOTS = 8 }; /* a text: one in eight that are alone must be looked at for nothing */

uint32_t text_hash(struct str s)
{
	uint32_t h = 2166136261; /* FNV-1a */

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (uint8_t)s.p[i]) * 16777619;
	return h ^ h >> 15;
}

void repeats_init(struct repeats *repeats, struct arena *arena, uint32_t n)
{
	size_t size = SLOTS;

	while (size < (size_t)n * SLOTS)
		size *= 2;
	*repeats = (struct repeats){arena_alloc(arena, size), size - 1};
}

void repeats_note(struct repeats *repeats, struct str s)
{
	uint8_t *slot = &repeats->seen[text_hash(s) & repeats->mask];

	*slot = *slot ? 2 : 1;
}

bool repeats_may(const struct repeats *repeats, struct str s)
{
	return repeats->seen[text_hash(s) & repeats->mask] == 2;
}
