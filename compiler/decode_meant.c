#include "compiler/decode_meant.h"

#include <inttypes.h>

#include "compiler/decode_scalar.h"

/* --- words --- */

static struct str get_word(size_t i, const void *data)
{
	const struct key *key = data;

	return str_of(key->words[i]);
}

static void help_word(struct decoder *d, const struct key *key, struct finding *f, struct str s)
{
	size_t n = 0, i;

	for (const char *const *meant = key->meant; meant && *meant; meant += 2) {
		if (!str_is(s, meant[0]))
			continue;
		finding_help(d->findings, f, "write %s", meant[1]);
		return;
	}
	while (key->words[n])
		n++;
	i = nearest(s, n, get_word, key);
	if (i != SIZE_MAX)
		finding_help(d->findings, f, "did you mean '%s'?", key->words[i]);
}

/* YAML 1.1 and other tools take these. */
static void help_flag(struct decoder *d, struct finding *f, struct str s)
{
	static const char *const words[][6] = {
		{"no", "off", "false", "n", "0", "disabled"},
		{"yes", "on", "true", "y", "1", "enabled"},
	};

	for (size_t on = 0; on < 2; on++)
		for (size_t i = 0; i < sizeof *words / sizeof **words; i++)
			if (s.n == strlen(words[on][i]) && strncasecmp(s.p, words[on][i], s.n) == 0)
				finding_help(d->findings, f, "write %s", on ? "true" : "false");
}

/* --- sizes --- */

/* `1.5TiB` is 1536GiB. Returns false where it is no whole number of a smaller unit. */
static bool whole_size(struct decoder *d, struct str s, struct str *out)
{
	static const char units[] = "KMGT";
	uint64_t whole = 0, part = 0, scale = 1;
	const char *unit;
	size_t i = 0;

	for (; i < s.n && s.p[i] >= '0' && s.p[i] <= '9' && i < 6; i++)
		whole = whole * 10 + (uint64_t)(s.p[i] - '0');
	if (i == 0 || i == s.n || s.p[i++] != '.')
		return false;
	for (; i < s.n && s.p[i] >= '0' && s.p[i] <= '9' && scale < 1000000; i++, scale *= 10)
		part = part * 10 + (uint64_t)(s.p[i] - '0');
	i += i < s.n && s.p[i] == ' ';
	unit = i < s.n ? strchr(units, s.p[i] & ~0x20) : NULL;
	if (scale == 1 || !unit || !*unit)
		return false;
	part += whole * scale;
	while (unit > units && part % scale) {
		part *= 1024;
		unit--;
	}
	if (part == 0 || part % scale)
		return false;
	*out = arena_printf(d->arena, "%" PRIu64 "%ciB", part / scale, *unit);
	return true;
}

/* `64GB`, `64 G`, `64gib`. */
static bool size_meant(struct decoder *d, struct str s, struct str *out)
{
	size_t n = 0, i;
	const char *why;
	uint64_t bytes;
	char unit;

	while (n < s.n && s.p[n] >= '0' && s.p[n] <= '9')
		n++;
	/* No number, or none but 0. */
	for (i = 0; i < n && s.p[i] == '0'; i++)
		;
	if (i == n)
		return false;
	/* Without a unit: GiB, but for a figure as other tools have it in MiB. */
	unit = n < s.n ? s.p[s.p[n] == ' ' && n + 1 < s.n ? n + 1 : n] : n < 5 ? 'G' : 'M';
	unit = unit >= 'a' && unit <= 'z' ? (char)(unit - 'a' + 'A') : unit;
	if (!strchr("KMGT", unit))
		return false;
	*out = arena_printf(d->arena, "%.*s%ciB", (int)n, s.p, unit);
	return parse_size(*out, &bytes, &why);
}

static void help_size(struct decoder *d, struct finding *f, struct str s)
{
	struct str meant;

	if (whole_size(d, s, &meant) || size_meant(d, s, &meant))
		finding_help(d->findings, f,
			     "write %.*s: sizes are whole, and powers of two (KiB, MiB, GiB, TiB)",
			     STR_ARG(meant));
}

/* --- PCI addresses --- */

/* `47:0.0`: bus and device have two digits. */
static void help_address(struct decoder *d, struct finding *f, struct str s)
{
	char meant[32];
	size_t n = 0, digits = 0;
	struct pci_address pci;
	const char *why;

	if (s.n > sizeof meant / 2)
		return;
	for (size_t i = 0; i < s.n; i++) {
		bool ends = s.p[i] == ':' || s.p[i] == '.';

		if (ends && digits == 1) {
			meant[n] = meant[n - 1];
			meant[n++ - 1] = '0';
		}
		digits = ends ? 0 : digits + 1;
		meant[n++] = s.p[i];
	}
	if (!memchr(s.p, '.', s.n) && digits == 2) {
		meant[n++] = '.';
		meant[n++] = '0';
		if (parse_pci((struct str){meant, n}, &pci, &why))
			finding_help(d->findings, f, "write %.*s, or the function that is meant",
				     (int)n, meant);
	} else if (parse_pci((struct str){meant, n}, &pci, &why)) {
		finding_help(d->findings, f, "write %.*s", (int)n, meant);
	}
}

void help_value(struct decoder *d, const struct key *key, struct finding *f, struct str s)
{
	switch (key->type) {
	case KEY_FLAG:
		help_flag(d, f, s);
		break;
	case KEY_SIZE:
		help_size(d, f, s);
		break;
	case KEY_ADDRESS:
		help_address(d, f, s);
		break;
	default:
		if (key->words)
			help_word(d, key, f, s);
	}
}

/* --- shapes --- */

/* Can be written behind a `[` or `: ` as it is. */
static bool is_bare(struct str s)
{
	static const char bare[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				   "_-./:";

	for (size_t i = 0; i < s.n; i++)
		if (!memchr(bare, s.p[i], sizeof bare - 1))
			return false;
	return s.n > 0 && s.n <= 80;
}

/* A single value where a map of the section should be: `{file: /srv/a}`; empty: not known. */
static struct str map_of(struct decoder *d, const struct section *section, struct str s)
{
	if (!section || !section->either[0] || !is_bare(s))
		return STR("");
	return arena_printf(d->arena, "{%s: %.*s} or {%s: %.*s}", section->either[0], STR_ARG(s),
			    section->either[1], STR_ARG(s));
}

static void help_list(struct decoder *d, const struct key *key, struct finding *f, struct str s)
{
	const struct section *section = key->item == KEY_MAP ? key->section : NULL;
	struct str map = map_of(d, section, s);

	if (map.n)
		finding_help(d->findings, f, "write a list of %.*s", STR_ARG(map));
	else if (section && section->shorthand && decode_all_digits(s))
		finding_help(d->findings, f, "write the name of each, as in [g0, g1]");
	else if (is_bare(s) && (!section || section->shorthand))
		finding_help(d->findings, f, "write [%.*s]", STR_ARG(s));
}

static struct str keys_of(struct decoder *d, const struct section *section)
{
	struct str all = STR("");

	for (size_t i = 0; i < section->n; i++)
		all = arena_printf(d->arena, "%.*s%s%s", STR_ARG(all), all.n ? ", " : "",
				   section->keys[i].name);
	return all;
}

static void help_map(struct decoder *d, const struct key *key, struct finding *f,
		     const struct node *node)
{
	struct str map = node->kind == NODE_SCALAR
				 ? map_of(d, key->section, yaml_text(d->yaml, node))
				 : STR("");

	if (map.n)
		finding_help(d->findings, f, "write %.*s", STR_ARG(map));
	else if (key->section)
		finding_help(d->findings, f, "its keys are %.*s",
			     STR_ARG(keys_of(d, key->section)));
}

void help_shape(struct decoder *d, const struct key *key, struct finding *f,
		const struct node *node)
{
	switch (key->type) {
	case KEY_LIST:
		if (node->kind == NODE_SCALAR)
			help_list(d, key, f, yaml_text(d->yaml, node));
		break;
	case KEY_MAP:
		help_map(d, key, f, node);
		break;
	case KEY_NAMED:
	case KEY_PARAMS:
		if (node->kind == NODE_LIST && node->n == 0)
			finding_help(d->findings, f, "write {}, or remove the key");
		else
			finding_help(d->findings, f, "write each under its name: NAME: %s",
				     key->type == KEY_NAMED ? "{…}" : "VALUE");
		break;
	default:
		finding_help(d->findings, f, "write one value: %.*s",
			     STR_ARG(decode_expected(d->arena, key)));
	}
}
