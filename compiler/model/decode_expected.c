/* What a key takes and which keys a section has, for messages. */
#include <inttypes.h>

#include "compiler/model/decode_scalar.h"

/* `a, b or c` */
static struct str words_text(struct arena *arena, const char *const *words)
{
	struct str s = str_of(words[0]);

	for (size_t i = 1; words[i]; i++)
		s = arena_printf(arena, "%.*s%s%s", STR_ARG(s), words[i + 1] ? ", " : " or ",
				 words[i]);
	return s;
}

static struct str expected_type(struct arena *arena, const struct key *key, enum key_type type);

static struct str expected_map(struct arena *arena, const struct section *section)
{
	const struct key *only = section->shorthand
					 ? section_key(section, str_of(section->shorthand))
					 : NULL;

	if (!only)
		return STR("a map");
	return arena_printf(arena, "%.*s, or a map",
			    STR_ARG(expected_type(arena, only, only->type)));
}

static struct str expected_type(struct arena *arena, const struct key *key, enum key_type type)
{
	switch (type) {
	case KEY_FLAG:
		return STR("true or false");
	case KEY_NUMBER:
		if (key->min == key->max)
			return arena_printf(arena, "%" PRIu64, key->min);
		return arena_printf(arena, "a whole number from %" PRIu64 " to %" PRIu64, key->min,
				    key->max);
	case KEY_SIZE:
		return str_of(grammar_what(GRAMMAR_SIZE));
	case KEY_WORD:
		return words_text(arena, key->words);
	case KEY_TEXT:
		return str_of(grammar_what(key->grammar));
	case KEY_ADDRESS:
		return str_of(grammar_what(GRAMMAR_PCI));
	case KEY_UUID:
		return str_of(grammar_what(GRAMMAR_UUID));
	case KEY_MAC:
		return str_of(grammar_what(GRAMMAR_MAC));
	case KEY_VERSION:
		return str_of(grammar_what(GRAMMAR_VERSION));
	case KEY_ESXI:
		return str_of(grammar_what(GRAMMAR_ESXI));
	case KEY_LIST:
		return STR("a list");
	case KEY_MAP:
		return expected_map(arena, key->section);
	case KEY_NAMED:
		return STR("a map of names");
	case KEY_PARAMS:
		if (key->words)
			return arena_printf(arena, "a map of names to %.*s",
					    STR_ARG(words_text(arena, key->words)));
		return STR("a map of plugin parameters");
	}
	return STR("");
}

struct str decode_expected(struct arena *arena, const struct key *key)
{
	struct str what = expected_type(arena, key, key->type);

	if (!key->words || key->type == KEY_WORD || key->type == KEY_PARAMS)
		return what;
	return arena_printf(arena, "%.*s, or %.*s", STR_ARG(words_text(arena, key->words)),
			    STR_ARG(what));
}

struct str decode_known_keys(struct decoder *d, const struct section *section, bool profile)
{
	struct str all = STR("");

	if (d->known.section == section && d->known.profile == profile)
		return d->known.names;
	for (size_t i = 0; i < section->n; i++)
		if (!profile || !(section->keys[i].flags & KEY_OWN))
			all = arena_printf(d->arena, "%.*s%s%s", STR_ARG(all), all.n ? ", " : "",
					   section->keys[i].name);
	d->known.section = section;
	d->known.profile = profile;
	d->known.names = all;
	return all;
}

const char *decode_kind_name(const struct node *node)
{
	return node->kind == NODE_MAP	 ? "a map"
	       : node->kind == NODE_LIST ? "a list"
					 : "a single value";
}

bool decode_all_digits(struct str s)
{
	if (s.n && *s.p == '-')
		s.p++, s.n--;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n > 0;
}
