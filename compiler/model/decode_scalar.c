#include "compiler/model/decode_scalar.h"

#include <inttypes.h>

#include "compiler/model/decode_meant.h"

/* "'vfs'", or "an item of 'vfs'" */
static const char *label(struct decoder *d, const struct key *key)
{
	return arena_printf(d->arena, "%s'%s'", key->flags & KEY_ITEM ? "an item of " : "",
			    key->name)
		.p;
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

/* `why` is NULL if the list of what the key takes says enough. */
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
			wrong_value(d, key, node, "spec-value", read ? "is zero" : why);
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

/* U+FFFE and U+FFFF can be written as YAML escapes, but no XML document can hold them. */
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
			    key->grammar == GRAMMAR_ANY ? "contains a control character" : NULL);
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

		finding_help(d->findings, f, "write an address whose first byte is even");
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
