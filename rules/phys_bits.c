#include "rules/phys_bits.h"

#include "schema/value.h"

/* Memory above the 32-bit hole ends 2 GiB above its size: q35 gives 2 GiB below 4 GiB. */
#define HOLE_32BIT (2 * GIB)
/* QEMU, hw/i386/pc.c: with an AMD CPU everything must stay below the HyperTransport range, which
 * starts at 1012 GiB (AMD_HT_START); else the memory above 4 GiB starts at 1 TiB. */
#define AMD_HOLE_START (1012 * GIB)
#define AMD_MOVED      (1022 * GIB)

static uint64_t power_of_two_in(uint64_t n)
{
	uint64_t p = 1;

	while (p <= n / 2)
		p *= 2;
	return p;
}

static uint64_t memory_end(uint64_t memory, uint64_t window, bool amd)
{
	if (amd && memory + HOLE_32BIT + window > AMD_HOLE_START)
		return memory + AMD_MOVED;
	return memory + HOLE_32BIT;
}

bool window_fits(uint64_t memory, uint64_t window, unsigned phys_bits, bool amd)
{
	uint64_t align = power_of_two_in(window), start;

	/* Sizes are 1 EiB at most: nothing overflows, and 62 bits hold all of it. */
	start = (memory_end(memory, window, amd) + align - 1) / align * align;
	return phys_bits > 62 || start + window <= UINT64_C(1) << phys_bits;
}

uint64_t window_memory_limit(uint64_t window, unsigned phys_bits, bool amd)
{
	uint64_t low = 0, high = UINT64_C(1) << 30; /* in GiB: fits, does not */

	if (!window_fits(0, window, phys_bits, amd))
		return 0;
	while (high - low > 1) {
		uint64_t middle = low + (high - low) / 2;

		if (window_fits(middle * GIB, window, phys_bits, amd))
			low = middle;
		else
			high = middle;
	}
	return low * GIB;
}

unsigned window_phys_bits(uint64_t memory, uint64_t window, bool amd)
{
	unsigned bits = 32;

	while (!window_fits(memory, window, bits, amd))
		bits++;
	return bits;
}
