#include "rules/texts.h"

const char *and_more(struct judge *judge, uint32_t more)
{
	return more ? arena_printf(judge->arena, " and %u more", more).p : "";
}

struct str size_key(struct judge *judge, uint64_t bytes)
{
	struct str s = size_text(judge->arena, bytes);
	const char *blank = memchr(s.p, ' ', s.n);

	return arena_printf(judge->arena, "%.*s%s", (int)(blank - s.p), s.p, blank + 1);
}
