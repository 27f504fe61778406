#include "compiler/base/repeats.h"

enum { SLOTS = 8 }; /* a text: one in eight that are alone must be looked at for nothing */

static uint64_t mixed(uint64_t h, uint64_t word)
{
	h = (h ^ word) * UINT64_C(0x9e3779b97f4a7c15); /* the golden ratio's bits, odd */
	return h ^ h >> 32;
}

uint32_t text_hash(struct str s)
{
	uint64_t h = s.n, word = 0;

	if (s.n < sizeof word) {
		for (size_t i = 0; i < s.n; i++)
			word = word << 8 | (uint8_t)s.p[i];
		return (uint32_t)mixed(mixed(h, word), 0);
	}
	for (size_t i = 0; i + sizeof word < s.n; i += sizeof word) {
		memcpy(&word, s.p + i, sizeof word);
		h = mixed(h, word);
	}
	/* The last eight, of which some may have been there already. */
	memcpy(&word, s.p + s.n - sizeof word, sizeof word);
	/* Once more: names differ in their last letters, which are the highest bits of a word, and
	 * a product carries upwards alone. */
	return (uint32_t)mixed(mixed(h, word), 0);
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
