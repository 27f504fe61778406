#include "rules/texts.h"

const char *and_more(struct judge *judge, uint32_t more)
{
	return more ? arena_printf(judge->arena, " and %u more", more).p : "";
}

struct str size_key(struct judge *judge, uint64_t bytes)
{
	return size_spec(judge->arena, bytes);
}
