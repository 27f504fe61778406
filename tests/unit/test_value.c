/* Sizes as text: what the messages print and what a spec may say. */
#include "check.h"
#include "schema/value.h"

static const struct {
	uint64_t bytes;
	const char *text;
} sizes[] = {
	{512 * GIB, "512 GiB"},	       {TIB, "1 TiB"},
	{1536 * GIB, "1536 GiB"},      {16 * TIB, "16 TiB"},
	{1024 * TIB, "1024 TiB"},      {UINT64_C(1) << 60, "1048576 TiB"},
	{TIB + MIB, "1048577 MiB"},    {GIB, "1 GiB"},
	{1023 * GIB, "1023 GiB"},      {256 * MIB, "256 MiB"},
	{GIB + 512 * MIB, "1536 MiB"}, {KIB, "1 KiB"},
	{MIB + KIB, "1025 KiB"},       {24672 * MIB, "24672 MiB"},
};

static void test_sizes(void)
{
	struct arena *arena = arena_new();

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct str text = size_text(arena, sizes[i].bytes);
		const char *why;
		uint64_t read = 0;

		CHECK_STR(text, sizes[i].text);
		CHECK(parse_size(text, &read, &why));
		CHECK_U64(read, sizes[i].bytes);
	}
	CHECK_STR(size_text(arena, 0), "0 KiB");
	arena_free(arena);
}

int main(void)
{
	test_sizes();
	return check_done();
}
