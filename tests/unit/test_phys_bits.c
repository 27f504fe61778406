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

/* As the built-in figures have it. */
static struct address_space space(unsigned bits, bool amd)
{
	return (struct address_space){bits, 2 * GIB, amd ? 1012 * GIB : NO_HOLE, TIB};
}

static void test_measured(void)
{
	for (size_t i = 0; i < sizeof measured / sizeof *measured; i++) {
		struct address_space s = space(measured[i].bits, measured[i].amd);

		check_true(window_fits(&s, measured[i].memory * GIB, measured[i].window * GIB) ==
				   measured[i].fits,
			   measured[i].what, __FILE__, __LINE__);
	}
}

static uint64_t memory_limit(uint64_t window, unsigned bits, bool amd)
{
	struct address_space s = space(bits, amd);

	return window_memory_limit(&s, window);
}

static void test_memory_limit(void)
{
	CHECK_U64(memory_limit(256 * GIB, 39, false), 254 * GIB);
	CHECK_U64(memory_limit(512 * GIB, 40, false), 510 * GIB);
	CHECK_U64(memory_limit(512 * GIB, 41, false), 1534 * GIB);
	CHECK_U64(memory_limit(4096 * GIB, 42, false), 0);
	/* above the hole: 1022 + memory up to 1536 */
	CHECK_U64(memory_limit(512 * GIB, 41, true), 514 * GIB);
	CHECK_U64(memory_limit(1024 * GIB, 41, true), 2 * GIB);
	CHECK_U64(memory_limit(2048 * GIB, 41, true), 0);
	CHECK_U64(memory_limit(256 * GIB, 40, true), 754 * GIB);
}

static unsigned phys_bits(uint64_t memory, uint64_t window, bool amd)
{
	struct address_space s = space(0, amd);

	return window_phys_bits(&s, memory, window);
}

static void test_phys_bits(void)
{
	CHECK_U64(phys_bits(254 * GIB, 256 * GIB, false), 39);
	CHECK_U64(phys_bits(256 * GIB, 256 * GIB, false), 40);
	CHECK_U64(phys_bits(64 * GIB, 1024 * GIB, true), 42);
	CHECK_U64(phys_bits(UINT64_C(1) << 60, UINT64_C(1) << 60, true), 62);
}

/* Other figures of a catalog: nothing wraps, however odd they are. */
static void test_other_figures(void)
{
	struct address_space all_low = {40, 64 * GIB, NO_HOLE, 0};
	struct address_space backwards = {40, TIB, 8 * GIB, KIB};

	CHECK(window_fits(&all_low, 64 * GIB, 512 * GIB));
	CHECK(window_fits(&all_low, 0, 512 * GIB));
	CHECK(!window_fits(&all_low, 600 * GIB, 512 * GIB));
	CHECK(window_fits(&backwards, 64 * GIB, 512 * GIB));
}

int main(void)
{
	test_measured();
	test_memory_limit();
	test_phys_bits();
	test_other_figures();
	return check_done();
}
