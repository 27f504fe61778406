/* The reference page: the key tables as Markdown. */
#include <inttypes.h>

#include "schema/json_schema.h"
#include "schema/keys.h"

static void print_words(FILE *out, const char *const *words)
{
	for (size_t i = 0; words[i]; i++)
		fprintf(out, "%s`%s`", i ? ", " : "", words[i]);
}

static void print_type(FILE *out, const struct key *key, enum key_type type)
{
	switch (type) {
	case KEY_FLAG:
		fputs("`true`, `false`", out);
		break;
	case KEY_NUMBER:
		fprintf(out, "%" PRIu64 " to %" PRIu64, key->min, key->max);
		break;
	case KEY_SIZE:
		fputs("size", out);
		break;
	case KEY_WORD:
		print_words(out, key->words);
		break;
	case KEY_TEXT:
		fprintf(out, "`%s`", grammar_example(key->grammar));
		break;
	case KEY_ADDRESS:
		fputs("PCI address", out);
		break;
	case KEY_UUID:
		fputs("UUID", out);
		break;
	case KEY_MAC:
		fputs("MAC address", out);
		break;
	case KEY_VERSION:
	case KEY_ESXI:
		fputs("version", out);
		break;
	case KEY_LIST:
		fputs("list of ", out);
		if (key->item == KEY_MAP)
			fprintf(out, "%s", key->section->title);
		else
			print_type(out, key, key->item);
		break;
	case KEY_MAP:
		fprintf(out, "%s", key->section->title);
		break;
	case KEY_NAMED:
		fputs("map of names", out);
		break;
	case KEY_PARAMS:
		fputs("map of plugin parameters", out);
		break;
	}
}

/* A `|` would end the cell. */
static void print_cell(FILE *out, const char *s)
{
	for (; *s; s++)
		fprintf(out, *s == '|' ? "\\|" : "%c", *s);
}

static void print_key(FILE *out, const struct key *key)
{
	fprintf(out, "| `%s` | ", key->name);
	if (key->words && key->type != KEY_WORD) {
		print_words(out, key->words);
		fputs(", or ", out);
	}
	print_type(out, key, key->type);
	fputs(" | ", out);
	if (key->flags & KEY_REQUIRED)
		fputs("**Required.** ", out);
	if (key->flags & KEY_KVM)
		fputs("*kvm only.* ", out);
	if (key->flags & KEY_VSPHERE)
		fputs("*vsphere only.* ", out);
	if (key->flags & KEY_UNREAD)
		fputs("*Not read yet.* ", out);
	print_cell(out, key->doc);
	fputs(" |\n", out);
}

static void print_section(FILE *out, const struct section *section)
{
	fprintf(out, "\n## %s\n\n%s\n\n| key | value | meaning |\n|---|---|---|\n", section->title,
		section->doc);
	for (size_t i = 0; i < section->n; i++)
		print_key(out, &section->keys[i]);
	for (size_t i = 0; i < section->n; i++) {
		const struct key *key = &section->keys[i];
		bool seen = false;

		for (size_t j = 0; j < i; j++)
			seen |= section->keys[j].section == key->section;
		if (key->section && !seen)
			print_section(out, key->section);
	}
}

void spec_reference(FILE *out)
{
	fputs("# The keys of a spec\n\n"
	      "Made from the key tables by `gpuplan schema --format markdown`; a test holds this page\n"
	      "to them. Sizes are a whole number and KiB, MiB, GiB or TiB. Quotes never matter:\n"
	      "each value is typed by its key.\n",
	      out);
	print_section(out, &document_section);
}
