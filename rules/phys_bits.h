/* Whether a 64-bit MMIO window has room in a guest's physical address space, above its memory.
 *
 * Measured with QEMU and OVMF (tests/unit/test_phys_bits.c has the figures): QEMU puts
 * the window above the memory, which ends 2 GiB above its size (the 32-bit hole); the firmware
 * aligns the window to the largest power of two in it. Everything is in bytes. */
#ifndef GPUPLAN_RULES_PHYS_BITS_H
#define GPUPLAN_RULES_PHYS_BITS_H

#include <stdbool.h>
#include <stdint.h>

/* `amd`: the CPU's address map has a hole below 1 TiB, and QEMU moves the memory above it. */
bool window_fits(uint64_t memory, uint64_t window, unsigned phys_bits, bool amd);
/* The most memory that fits beside the window, in whole GiB; 0: the window does not fit at all. */
uint64_t window_memory_limit(uint64_t window, unsigned phys_bits, bool amd);
/* The fewest address bits that hold both. */
unsigned window_phys_bits(uint64_t memory, uint64_t window, bool amd);

#endif
