#include "compiler/model/decode_meant.h"

#include <inttypes.h>
#include <strings.h>

#include "compiler/model/decode_scalar.h"
#include "schema/nearest.h"

static bool same_word(struct str s, const char *word)
{
	return s.n == strlen(word) && strncasecmp(s.p, word, s.n) == 0;
}

/* --- words --- */

/* The booleans of YAML 1.1 and other tools: 1 for yes, 0 for no, -1 for neither. */
static int yes_or_no(struct str s)
{
	static const char *const words[][7] = {
		{"no", "off", "false", "n", "0", "disabled", "null"},
		{"yes", "on", "true", "y", "1", "enabled"},
	};

	for (int is = 0; is < 2; is++)
		for (size_t i = 0; i < sizeof *words / sizeof **words && words[is][i]; i++)
			if (same_word(s, words[is][i]))
				return is;
	return -1;
}

static const char *word_for(const struct key *key, struct str s)
{
	int is = yes_or_no(s);

	for (size_t i = 0; key->words[i]; i++)
		if (same_word(s, key->words[i]))
			return key->words[i];
	for (const char *const *meant = key->meant; meant && *meant; meant += 2)
		if (same_word(s, meant[0]))
			return meant[1];
	for (size_t i = 0; is >= 0 && key->words[i]; i++)
		if (strcmp(key->words[i], is ? "true" : "false") == 0 ||
		    (!is && strcmp(key->words[i], "none") == 0))
			return key->words[i];
	return NULL;
}

static struct str get_word(size_t i, const void *data)
{
	const struct key *key = data;

	return str_of(key->words[i]);
}

/* False if no word is close. */
static bool help_word(struct decoder *d, const struct key *key, struct finding *f, struct str s)
{
	const char *word = word_for(key, s);
	struct str near;
	size_t n = 0;

	if (word) {
		finding_help(d->findings, f, "write %s", word);
		return true;
	}
	while (key->words[n])
		n++;
	near = nearest(s, n, get_word, key);
	finding_suggest(d->findings, f, near, NULL);
	return near.n;
}

/* --- sizes --- */

/* Reads K, M, G or T, with or without `iB` or `B`, in any case. Returns its place in `units`, or
 * NULL for anything else. */
static const char *unit_of(const char *units, struct str s)
{
	const char *unit;

	while (s.n && *s.p == ' ')
		s.p++, s.n--;
	unit = s.n ? strchr(units, *s.p & ~0x20) : NULL;
	if (!unit || !*unit)
		return NULL;
	s.p++, s.n--;
	return s.n == 0 || same_word(s, "b") || same_word(s, "i") || same_word(s, "ib") ? unit
											: NULL;
}

/* `1.5TiB` is 1536GiB, `64GB` is 64GiB. Without a unit a number of up to four digits is in GiB, a
 * longer one in MiB, as other tools write it. Returns false if the size is zero or not a whole
 * number of any unit. */
static bool size_meant(struct decoder *d, struct str s, struct str *out)
{
	static const char units[] = "KMGT";
	uint64_t n = 0, scale = 1, bytes;
	const char *unit, *why;
	size_t i = 0;

	for (; i < s.n && s.p[i] >= '0' && s.p[i] <= '9' && i < 12; i++)
		n = n * 10 + (uint64_t)(s.p[i] - '0');
	unit = i == 0 || i < s.n ? NULL : &units[i < 5 ? 2 : 1];
	if (i < s.n && (s.p[i] == '.' || s.p[i] == ','))
		for (i++; i < s.n && s.p[i] >= '0' && s.p[i] <= '9' && scale < 1000000; i++) {
			n = n * 10 + (uint64_t)(s.p[i] - '0');
			scale *= 10;
		}
	if (!unit)
		unit = unit_of(units, (struct str){s.p + i, s.n - i});
	for (; unit && unit > units && n % scale && n < UINT64_MAX / 1024; unit--)
		n *= 1024;
	if (!unit || n == 0 || n % scale)
		return false;
	*out = arena_printf(d->arena, "%" PRIu64 "%ciB", n / scale, *unit);
	return parse_size(*out, &bytes, &why);
}

static void help_size(struct decoder *d, struct finding *f, struct str s)
{
	struct str meant;

	if (size_meant(d, s, &meant))
		finding_help(d->findings, f,
			     "write %.*s: a size is a whole number of KiB, MiB, GiB or TiB",
			     STR_ARG(meant));
}

/* --- PCI addresses --- */

/* Bus and device have two digits: pads a single one with 0. */
static void pad(char *text, size_t *n, size_t digits)
{
	if (digits != 1)
		return;
	text[*n] = text[*n - 1];
	text[(*n)++ - 1] = '0';
}

/* `47:0.0`, `5:0`. */
static void help_address(struct decoder *d, struct finding *f, struct str s)
{
	char meant[48];
	size_t n = 0, digits = 0, left = 0;
	struct pci_address pci;
	const char *why;
	bool function = false;

	if (s.n > sizeof meant / 2)
		return;
	for (size_t i = 0; i < s.n; i++)
		left += s.p[i] == ':';
	for (size_t i = 0; i < s.n; i++) {
		if ((s.p[i] == ':' || s.p[i] == '.') && left < 2 && !function)
			pad(meant, &n, digits);
		digits = s.p[i] == ':' || s.p[i] == '.' ? 0 : digits + 1;
		left -= s.p[i] == ':';
		function |= s.p[i] == '.';
		meant[n++] = s.p[i];
	}
	if (!function) {
		pad(meant, &n, digits);
		meant[n++] = '.';
		meant[n++] = '0';
	}
	if (parse_pci((struct str){meant, n}, &pci, &why))
		finding_help(d->findings, f, "write %.*s%s", (int)n, meant,
			     function ? "" : ", or another function");
}

/* --- shapes --- */

/* True if the text itself is a valid item of the list, or value of the key. */
static bool fits(const struct key *key, enum key_type type, struct str s)
{
	struct pci_address pci;
	const char *why;

	switch (type) {
	case KEY_TEXT:
		return yes_or_no(s) < 0 && !same_word(s, "all") && grammar_match(key->grammar, s);
	case KEY_ADDRESS:
		return parse_pci(s, &pci, &why);
	case KEY_NUMBER:
		return decode_all_digits(s);
	default:
		return false;
	}
}

/* True if the text needs no quotes in a flow list or map. */
static bool is_bare(struct str s)
{
	static const char bare[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				   "_-./:";

	for (size_t i = 0; i < s.n; i++)
		if (!memchr(bare, s.p[i], sizeof bare - 1))
			return false;
	return s.n > 0 && s.n <= 80 && *s.p != '-' && *s.p != ':' && s.p[s.n - 1] != ':';
}

/* The map that a single value was meant to be, such as `{file: /srv/a}`; empty if unclear. */
static struct str map_of(struct decoder *d, const struct section *section, struct str s)
{
	struct str all = STR("");

	for (size_t i = 0; section && section->either[0] && i < 2; i++) {
		const struct key *key = section_key(section, str_of(section->either[i]));

		if (is_bare(s) && !same_word(s, "none") && !decode_all_digits(s) &&
		    fits(key, key->type, s))
			all = arena_printf(d->arena, "%.*s%s{%s: %.*s}", STR_ARG(all),
					   all.n ? " or " : "", key->name, STR_ARG(s));
	}
	return all;
}

/* The key that a bare item is short for, or NULL. */
static const struct key *shorthand_of(const struct key *key)
{
	const struct section *section = key->section;

	return section && section->shorthand ? section_key(section, str_of(section->shorthand))
					     : NULL;
}

static void help_list(struct decoder *d, const struct key *key, struct finding *f, struct str s)
{
	const struct key *only = key->item == KEY_MAP ? shorthand_of(key) : key;
	struct str map = key->item == KEY_MAP ? map_of(d, key->section, s) : STR("");

	if (yes_or_no(s) == 0 || same_word(s, "none"))
		finding_help(d->findings, f, "remove the key if there are none");
	else if (map.n)
		finding_help(d->findings, f, "write a list of %.*s", STR_ARG(map));
	else if (only && only != key && only->type == KEY_TEXT && decode_all_digits(s))
		finding_help(d->findings, f, "write a list of names, such as [g0, g1]");
	else if (only && is_bare(s) && fits(only, only == key ? key->item : only->type, s))
		finding_help(d->findings, f, "write [%.*s]", STR_ARG(s));
}

static void help_map(struct decoder *d, const struct key *key, struct finding *f,
		     const struct node *node)
{
	const struct key *only = shorthand_of(key);
	struct str s = node->kind == NODE_SCALAR ? yaml_text(d->yaml, node) : STR("");
	struct str map = map_of(d, key->section, s);

	if (map.n)
		finding_help(d->findings, f, "write %.*s", STR_ARG(map));
	else if (key->flags & KEY_ITEM && only && only->type == KEY_LIST && is_bare(s))
		finding_help(d->findings, f, "write a list for each item, such as [[%.*s, …], […]]",
			     STR_ARG(s));
	else if (key->section)
		finding_help(d->findings, f, "known keys: %.*s",
			     STR_ARG(decode_known_keys(d, key->section, false)));
}

void help_value(struct decoder *d, const struct key *key, struct finding *f, struct str s)
{
	if (key->words && help_word(d, key, f, s))
		return;
	switch (key->type) {
	case KEY_FLAG:
		if (yes_or_no(s) >= 0)
			finding_help(d->findings, f, "write %s", yes_or_no(s) ? "true" : "false");
		break;
	case KEY_SIZE:
		help_size(d, f, s);
		break;
	case KEY_ADDRESS:
		help_address(d, f, s);
		break;
	case KEY_LIST:
		help_list(d, key, f, s);
		break;
	default:
		break;
	}
}

void help_shape(struct decoder *d, const struct key *key, struct finding *f,
		const struct node *node)
{
	bool optional = !key->min && !(key->flags & KEY_REQUIRED);

	switch (key->type) {
	case KEY_LIST:
		if (node->kind == NODE_SCALAR)
			help_list(d, key, f, yaml_text(d->yaml, node));
		else if (key->item == KEY_MAP)
			finding_help(d->findings, f, "write a list of maps: [{…}]");
		break;
	case KEY_MAP:
		help_map(d, key, f, node);
		break;
	case KEY_NAMED:
	case KEY_PARAMS:
		if (node->kind == NODE_LIST && node->n == 0 && optional)
			finding_help(d->findings, f, "write {}, or remove the key");
		else
			finding_help(d->findings, f, "write a map: NAME: %s",
				     key->type == KEY_NAMED ? "{…}" : "VALUE");
		break;
	default:
		finding_help(d->findings, f, "write a single value: %.*s",
			     STR_ARG(decode_expected(d->arena, key)));
	}
}
