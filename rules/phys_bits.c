#include "rules/phys_bits.h"

#include "schema/value.h"

static uint64_t power_of_two_in(uint64_t n)
{
	uint64_t p = 1;

	while (p <= n / 2)
		p *= 2;
	return p;
}

/* Where memory ends of which all but the low part starts at `base`. */
static uint64_t end_above(const struct address_space *space, uint64_t base, uint64_t memory)
{
	uint64_t end = base + memory;

	return end > space->low_memory ? end - space->low_memory : 0;
}

static uint64_t memory_end(const struct address_space *space, uint64_t memory, uint64_t window)
{
	uint64_t end = end_above(space, 4 * GIB, memory);

	return end + window > space->hole_start ? end_above(space, space->hole_end, memory) : end;
}

bool window_fits(const struct address_space *space, uint64_t memory, uint64_t window)
{
	uint64_t align = power_of_two_in(window), start;

	/* Sizes are 1 EiB at most: nothing overflows, and 62 bits hold all of it. */
	start = (memory_end(space, memory, window) + align - 1) / align * align;
	return space->bits > 62 || start + window <= UINT64_C(1) << space->bits;
}

uint64_t window_memory_limit(const struct address_space *space, uint64_t window)
{
	uint64_t low = 0, high = UINT64_C(1) << 30; /* in GiB: fits, does not */

	if (!window_fits(space, 0, window))
		return 0;
	while (high - low > 1) {
		uint64_t middle = low + (high - low) / 2;

		if (window_fits(space, middle * GIB, window))
			low = middle;
		else
			high = middle;
	}
	return low * GIB;
}

unsigned window_phys_bits(const struct address_space *space, uint64_t memory, uint64_t window)
{
	struct address_space wider = *space;

	wider.bits = 32;
	while (!window_fits(&wider, memory, window))
		wider.bits++;
	return wider.bits;
}
