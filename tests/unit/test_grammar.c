#include "schema/grammar.h"

#include "compiler/base/buffer.h"
#include "tests/unit/check.h"

/* "0,0-1,0,…" of so many items, and what stands behind it. */
static struct str cpulist(struct arena *arena, unsigned items, const char *end)
{
	struct buffer text;

	buffer_init(&text, arena);
	for (unsigned i = 0; i < items; i++)
		buffer_puts(&text, i == 0 ? "0" : i % 2 ? ",0-1" : ",0");
	buffer_puts(&text, end);
	return buffer_text(&text);
}

/* A text is of its grammar or not, however long it is: no limit of the matcher decides. */
static void test_long(struct arena *arena)
{
	static const unsigned items[] = {1, 2, 500, 700, 701, 5000, 20000};

	for (size_t i = 0; i < sizeof items / sizeof *items; i++) {
		CHECK(grammar_match(GRAMMAR_CPULIST, cpulist(arena, items[i], "")));
		CHECK(!grammar_match(GRAMMAR_CPULIST, cpulist(arena, items[i], "x")));
		CHECK(!grammar_match(GRAMMAR_CPULIST, cpulist(arena, items[i], "\n")));
	}
}

static void test_no_utf8(void)
{
	CHECK(grammar_match(GRAMMAR_ANY, STR("é𝄞")));
	CHECK(!grammar_match(GRAMMAR_ANY, STR("a\xff")));
	CHECK(!grammar_match(GRAMMAR_ANY, STR("\xed\xa0\x80")));
	CHECK(!grammar_match(GRAMMAR_NAME, STR("\xff")));
	CHECK(!grammar_match(GRAMMAR_ANY, STR("\xc2\x85")));
}

int main(void)
{
	struct arena *arena = arena_new();

	test_long(arena);
	test_no_utf8();
	grammar_expect_many(); /* compiled now */
	test_long(arena);
	test_no_utf8();
	arena_free(arena);
	return check_done();
}
