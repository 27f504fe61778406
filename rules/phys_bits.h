/* Whether a 64-bit MMIO window has room in a guest's physical address space, above its memory.
 *
 * Measured with QEMU and OVMF (tests/unit/test_phys_bits.c has the figures): QEMU puts the window
 * above the memory, a part of which lies below 4 GiB and the rest from there on; the firmware
 * aligns the window to the largest power of two in it. Everything is in bytes. */
#ifndef GPUPLAN_RULES_PHYS_BITS_H
#define GPUPLAN_RULES_PHYS_BITS_H

#include <stdbool.h>
#include <stdint.h>

struct address_space {
	unsigned bits;
	uint64_t low_memory; /* below 4 GiB */
	/* An AMD CPU's map has a hole: if the window would reach into it, QEMU starts the memory
	 * above 4 GiB at its end. `hole_start` is NO_HOLE for other CPUs. */
	uint64_t hole_start, hole_end;
};

#define NO_HOLE UINT64_MAX

bool window_fits(const struct address_space *space, uint64_t memory, uint64_t window);
/* The most memory that fits beside the window, in whole GiB; 0: the window does not fit at all. */
uint64_t window_memory_limit(const struct address_space *space, uint64_t window);
/* The fewest address bits that hold both, whatever the bits of `space`. */
unsigned window_phys_bits(const struct address_space *space, uint64_t memory, uint64_t window);

#endif
