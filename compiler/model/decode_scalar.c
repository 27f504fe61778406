#include "compiler/model/decode_scalar.h"

#include <inttypes.h>

#include "compiler/model/decode_meant.h"

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

/* "'vfs'", or "an item of 'vfs'" */
static const char *label(struct decoder *d, const struct key *key)
{
	return arena_printf(d->arena, "%s'%s'", key->flags & KEY_ITEM ? "an item of " : "",
			    key->name)
		.p;
}

const char *decode_kind_name(const struct node *node)
{
	return node->kind == NODE_MAP	 ? "a map"
	       : node->kind == NODE_LIST ? "a list"
					 : "a single value";
}

void decode_wrong_type(struct decoder *d, const struct key *key, const struct node *node)
{
	struct finding *f = finding_add(
		d->findings, "spec-type", SEVERITY_ERROR, node->at, "%s takes %.*s, not %s",
		label(d, key), STR_ARG(decode_expected(d->arena, key)), decode_kind_name(node));

	help_shape(d, key, f, node);
}

void decode_no_value(struct decoder *d, const struct key *key, const struct node *name,
		     const struct node *value)
{
	struct span at = value->at.len || !name ? value->at : name->at;
	struct finding *f = finding_add(d->findings, "spec-type", SEVERITY_ERROR, at,
					"%s has no value", label(d, key));

	finding_help(d->findings, f, "write %.*s, or remove the %s",
		     STR_ARG(decode_expected(d->arena, key)),
		     key->flags & KEY_ITEM ? "item" : "key");
}

/* `why` NULL: it is not what the key takes, which says enough. */
static struct finding *wrong_value(struct decoder *d, const struct key *key,
				   const struct node *node, const char *rule, const char *why)
{
	const char *value = finding_quote(d->findings, yaml_text(d->yaml, node));
	struct str expected = decode_expected(d->arena, key);
	struct finding *f;

	if (!why) {
		f = finding_add(d->findings, rule, SEVERITY_ERROR, node->at, "%s: '%s' is not %.*s",
				label(d, key), value, STR_ARG(expected));
		if (key->type == KEY_TEXT && grammar_rule(key->grammar))
			finding_help(d->findings, f, "write %s", grammar_rule(key->grammar));
	} else {
		f = finding_add(d->findings, rule, SEVERITY_ERROR, node->at, "%s: '%s' %s",
				label(d, key), value, why);
		finding_help(d->findings, f, "write %.*s", STR_ARG(expected));
	}
	help_value(d, key, f, yaml_text(d->yaml, node));
	return f;
}

static bool decode_flag(struct decoder *d, const struct key *key, const struct node *node,
			struct flag *out)
{
	struct str s = yaml_text(d->yaml, node);

	if (!str_is(s, "true") && !str_is(s, "false")) {
		wrong_value(d, key, node, "spec-type", NULL);
		return false;
	}
	*out = (struct flag){node->at, str_is(s, "true")};
	return true;
}

uint8_t decode_word_of(const struct key *key, struct str s)
{
	for (uint8_t i = 0; key->words && key->words[i]; i++)
		if (str_is(s, key->words[i]))
			return (uint8_t)(i + 1);
	return 0;
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

static bool decode_number(struct decoder *d, const struct key *key, const struct node *node,
			  struct number *out)
{
	struct str s = yaml_text(d->yaml, node);

	if (!decode_all_digits(s)) {
		wrong_value(d, key, node, "spec-type", NULL);
		return false;
	}
	if (!parse_number(s, &out->n))
		out->n = UINT64_MAX;
	if (!(key->flags & KEY_UNBOUNDED) && (out->n < key->min || out->n > key->max)) {
		wrong_value(d, key, node, "spec-value", "is out of range");
		*out = (struct number){0};
		return false;
	}
	out->at = node->at;
	return true;
}

static bool decode_size(struct decoder *d, const struct key *key, const struct node *node,
			struct number *out)
{
	struct str s = yaml_text(d->yaml, node);

	if (!decode_word_of(key, s)) {
		const char *why;
		bool read = parse_size(s, &out->n, &why);

		if (!read || out->n == 0) {
			wrong_value(d, key, node, "spec-value", read ? "is nothing" : why);
			*out = (struct number){0};
			return false;
		}
	}
	out->at = node->at;
	return true;
}

void decode_wrong_word(struct decoder *d, const struct key *key, const struct node *node)
{
	wrong_value(d, key, node, "spec-value", NULL);
}

static bool decode_word(struct decoder *d, const struct key *key, const struct node *node,
			struct word *out)
{
	uint8_t is = decode_word_of(key, yaml_text(d->yaml, node));

	if (!is) {
		decode_wrong_word(d, key, node);
		return false;
	}
	*out = (struct word){node->at, is};
	return true;
}

/* U+FFFE and U+FFFF pass YAML's escapes, and no XML document can hold them. */
static bool has_noncharacter(struct str s)
{
	for (size_t i = 0; i + 2 < s.n; i++)
		if (memcmp(s.p + i, "\xef\xbf\xbe", 3) == 0 ||
		    memcmp(s.p + i, "\xef\xbf\xbf", 3) == 0)
			return true;
	return false;
}

bool decode_text(struct decoder *d, const struct key *key, const struct node *node,
		 struct text *out)
{
	struct str s = yaml_text(d->yaml, node);

	if (!grammar_match(key->grammar, s) || has_noncharacter(s) ||
	    (key->grammar == GRAMMAR_CPULIST && !cpulist_count(s))) {
		wrong_value(d, key, node, "spec-value",
			    key->grammar == GRAMMAR_ANY ? "holds control characters" : NULL);
		return false;
	}
	*out = (struct text){node->at, s};
	return true;
}

static bool decode_address(struct decoder *d, const struct key *key, const struct node *node,
			   struct address *out)
{
	struct str s = yaml_text(d->yaml, node);
	const char *why;

	if (!parse_pci(s, &out->pci, &why)) {
		wrong_value(d, key, node, "spec-value", why);
		out->pci = (struct pci_address){0};
		return false;
	}
	out->at = node->at;
	return true;
}

static bool decode_uuid(struct decoder *d, const struct key *key, const struct node *node,
			struct uuid *out)
{
	if (!parse_uuid(yaml_text(d->yaml, node), out->bytes)) {
		wrong_value(d, key, node, "spec-value", NULL);
		return false;
	}
	out->at = node->at;
	return true;
}

static bool decode_mac(struct decoder *d, const struct key *key, const struct node *node,
		       struct mac *out)
{
	struct str s = yaml_text(d->yaml, node);

	if (!parse_mac(s, out->bytes)) {
		wrong_value(d, key, node, "spec-value", NULL);
		return false;
	}
	if (!grammar_match(GRAMMAR_MAC, s)) {
		struct finding *f = wrong_value(d, key, node, "spec-value",
						"is a multicast address");

		finding_help(d->findings, f, "the first byte of a card's address is even");
		*out = (struct mac){0};
		return false;
	}
	out->at = node->at;
	return true;
}

static bool decode_version(struct decoder *d, const struct key *key, const struct node *node,
			   struct version *out)
{
	struct str s = yaml_text(d->yaml, node);

	if (key->type == KEY_ESXI ? !parse_esxi(s, out) : !parse_version(s, out)) {
		wrong_value(d, key, node, "spec-value", NULL);
		*out = (struct version){0};
		return false;
	}
	out->at = node->at;
	return true;
}

bool decode_scalar(struct decoder *d, const struct key *key, const struct node *node, void *field)
{
	switch (key->type) {
	case KEY_FLAG:
		return decode_flag(d, key, node, field);
	case KEY_NUMBER:
		return decode_number(d, key, node, field);
	case KEY_SIZE:
		return decode_size(d, key, node, field);
	case KEY_WORD:
		return decode_word(d, key, node, field);
	case KEY_TEXT:
		return decode_text(d, key, node, field);
	case KEY_ADDRESS:
		return decode_address(d, key, node, field);
	case KEY_UUID:
		return decode_uuid(d, key, node, field);
	case KEY_MAC:
		return decode_mac(d, key, node, field);
	case KEY_VERSION:
	case KEY_ESXI:
		return decode_version(d, key, node, field);
	default:
		return false;
	}
}
