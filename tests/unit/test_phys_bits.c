/* The room for a 64-bit window: figures that were measured by booting QEMU with OVMF. */
#include "check.h"
#include "rules/phys_bits.h"
#include "schema/value.h"

static const struct {
	const char *what;
	unsigned bits, memory, window; /* in GiB */
	bool amd, fits;
} measured[] = {
	{"39 bits, full to the last byte", 39, 254, 256, false, true},
	{"40 bits, full", 40, 510, 512, false, true},
	{"41 bits, full", 41, 1022, 1024, false, true},
	{"42 bits, full", 42, 2046, 2048, false, true},
	{"43 bits, half of it alignment", 43, 1024, 4096, false, true},
	{"39 bits, 2 GiB too many", 39, 256, 256, false, false},
	{"40 bits, alignment takes the rest", 40, 600, 512, false, false},
	{"41 bits, 2 GiB too many", 41, 1024, 1024, false, false},
	{"42 bits, the window alone takes all", 42, 64, 4096, false, false},
	{"AMD: memory moves above 1 TiB", 41, 64, 1024, true, false},
	{"AMD: memory moves above 1 TiB", 41, 600, 512, true, false},
	/* the same on Intel, and just below the hole on AMD */
	{"Intel: no hole", 41, 64, 1024, false, true},
	{"Intel: no hole", 41, 600, 512, false, true},
	{"AMD: ends at 1012 GiB", 41, 498, 512, true, true},
	{"AMD: one GiB above", 40, 499, 512, true, false},
	/* not a power of two: aligned to the one in it */
	{"a window of 600 GiB", 40, 400, 600, false, false},
	{"a window of 500 GiB", 40, 510, 500, false, true},
	{"all of 64 bits", 64, 1024, 16384, true, true},
};

static void test_measured(void)
{
	for (size_t i = 0; i < sizeof measured / sizeof *measured; i++)
		check_true(window_fits(measured[i].memory * GIB, measured[i].window * GIB,
				       measured[i].bits, measured[i].amd) == measured[i].fits,
			   measured[i].what, __FILE__, __LINE__);
}

static void test_memory_limit(void)
{
	CHECK_U64(window_memory_limit(256 * GIB, 39, false), 254 * GIB);
	CHECK_U64(window_memory_limit(512 * GIB, 40, false), 510 * GIB);
	CHECK_U64(window_memory_limit(512 * GIB, 41, false), 1534 * GIB);
	CHECK_U64(window_memory_limit(4096 * GIB, 42, false), 0);
	/* above the hole: 1022 + memory up to 1536 */
	CHECK_U64(window_memory_limit(512 * GIB, 41, true), 514 * GIB);
	CHECK_U64(window_memory_limit(1024 * GIB, 41, true), 2 * GIB);
	CHECK_U64(window_memory_limit(2048 * GIB, 41, true), 0);
	CHECK_U64(window_memory_limit(256 * GIB, 40, true), 754 * GIB);
}

static void test_phys_bits(void)
{
	CHECK_U64(window_phys_bits(254 * GIB, 256 * GIB, false), 39);
	CHECK_U64(window_phys_bits(256 * GIB, 256 * GIB, false), 40);
	CHECK_U64(window_phys_bits(64 * GIB, 1024 * GIB, true), 42);
	CHECK_U64(window_phys_bits(UINT64_C(1) << 60, UINT64_C(1) << 60, true), 62);
}

int main(void)
{
	test_measured();
	test_memory_limit();
	test_phys_bits();
	return check_done();
}
