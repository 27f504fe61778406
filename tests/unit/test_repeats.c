/* Hashes of texts: equal texts have one, and those of names that are counted up differ in the low
 * bits that tables are searched by. */
#include "compiler/base/repeats.h"
#include "tests/unit/check.h"

enum { NAMES = 40000, SLOTS = 1 << 19 };

/* How many of the names fall on a slot that another has taken: a good hash leaves 4 in a hundred.
 */
static uint32_t collisions(const char *format, uint32_t step)
{
	static uint8_t taken[SLOTS];
	uint32_t n = 0;

	memset(taken, 0, sizeof taken);
	for (uint32_t i = 0; i < NAMES; i++) {
		char name[64];
		struct str s = {name, (size_t)snprintf(name, sizeof name, format, i * step)};
		uint8_t *slot = &taken[text_hash(s) % SLOTS];

		n += *slot;
		*slot = 1;
	}
	return n;
}

static void test_spread(void)
{
	static const char *const formats[] = {"train-%06u",    "vm-%05u",
					      "%08x",	       "%u",
					      "infer-%06u-00", "/srv/images/train-%06u.qcow2",
					      "%06u-trainer"};

	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
		for (uint32_t step = 1; step < 100; step += 49)
			CHECK(collisions(formats[i], step) < NAMES / 20);
}

/* No byte behind the text counts, wherever it lies. */
static void test_ends(void)
{
	char a[40], b[40];

	for (size_t n = 0; n <= 30; n++) {
		memset(a, 'x', sizeof a);
		memset(b, 'y', sizeof b);
		memset(a + 1, 'q', n);
		memset(b + 3, 'q', n);
		CHECK(text_hash((struct str){a + 1, n}) == text_hash((struct str){b + 3, n}));
		CHECK(n == 0 ||
		      text_hash((struct str){a + 1, n}) != text_hash((struct str){a + 1, n - 1}));
	}
}

static void test_repeats(void)
{
	struct arena *arena = arena_new();
	struct repeats repeats;

	repeats_init(&repeats, arena, 3);
	repeats_note(&repeats, STR("a"));
	repeats_note(&repeats, STR("twice"));
	repeats_note(&repeats, STR("twice"));
	CHECK(repeats_may(&repeats, STR("twice")));
	CHECK(!repeats_may(&repeats, STR("a")));
	arena_free(arena);
}

int main(void)
{
	test_spread();
	test_ends();
	test_repeats();
	return check_done();
}
