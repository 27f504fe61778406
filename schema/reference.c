/* The reference page: the key tables as Markdown. */
#include "schema/reference.h"

#include <inttypes.h>

const char *const reference_example =
	"version: 1\n"
	"\n"
	"host_profiles:\n"
	"  l40s-pair:\n"
	"    hypervisor: kvm\n"
	"    versions: {qemu: 9.2.0, libvirt: 10.0.0}\n"
	"    pcie_p2p: [[g0, g1]]\n"
	"    gpus:\n"
	"      g0: {board: l40s, address: 0000:17:00.0, numa: 0}\n"
	"      g1: {board: l40s, address: 0000:65:00.0, numa: 0}\n"
	"\n"
	"hosts:\n"
	"  gpu-1: {profile: l40s-pair}\n"
	"  gpu-2:\n"
	"    profile: l40s-pair\n"
	"    versions: {qemu: 10.0.0} # and libvirt 10.0.0, from the profile\n"
	"\n"
	"profiles:\n"
	"  lab:\n"
	"    vcpus: 16\n"
	"    memory: 128GiB\n"
	"    p2p: pcie\n"
	"    gpus: [g0, g1]\n"
	"\n"
	"vms:\n"
	"  lab-1: {host: gpu-1, profile: lab}\n"
	"  lab-2: {host: gpu-2, profile: lab, memory: 256GiB}\n";

const char *const reference_files[] = {
	"A spec is one or more YAML files in UTF-8; a file may hold several documents. All "
	"documents of all files together make one plan, and a name stands in it once.",
	"Every document is a map with `version: 1`.",
	"A directory is walked for `*.yaml` and `*.yml`; hidden names and symbolic links are "
	"skipped. A file found so is read if its top level has `hosts` or `vms`, or "
	"`version` beside `profiles` or `host_profiles`; the others are counted and passed "
	"over. A file that is named on the command line is always read; `-` is standard "
	"input.",
	"A value is typed by its key, never guessed, and quotes never matter: `address: "
	"05:00.0` and `qemu: 9.2` need none. A boolean is `true` or `false`, nothing else. A "
	"key with nothing behind it is an error, but for the sections of a document, which "
	"may be empty.",
	"Anchors, aliases, merge keys (`<<`) and tags are errors: what several hosts or VMs "
	"share stands in a profile. Lines end with LF or CR LF.",
	"Limits: 64 MiB a file, maps and lists 32 deep, 65,536 characters a value, 64 GPUs a "
	"host, 100,000 mistakes a file.",
	"Findings name a place as `vms.train-1.gpus[0].vgpu`; a name with a dot is quoted: "
	"`vms[\"a.b\"].memory`.",
	NULL,
};

const struct reference_value reference_values[] = {
	{"size", "`64GiB`, `512 MiB`",
	 "a whole number and KiB, MiB, GiB or TiB, powers of two; `GB` is an error"},
	{"PCI address", "`0000:05:00.0`, `c1:00.0`",
	 "the domain may be left out (0000), the function not; written back in lower case "
	 "with the domain"},
	{"UUID", "`6d1a7d5e-0001-5000-8000-00000000000a`", ""},
	{"MAC address", "`52:54:00:6b:3c:58`", "of a card, not of a multicast group"},
	{"version", "`9.2.0`, `8.2.2-1ubuntu1`", "read by its leading dotted number"},
	{"ESXi version", "`7.0u3c`, `8.0`, `8.0 U2`, `8.0.2`",
	 "the update counts as the third number"},
	{"name, host name", "`train-1`",
	 "1 to 63 of `a-z 0-9 . _ -`, first and last a letter or digit; no host is called "
	 "`manifest.json`"},
	{"GPU id", "`g0`", "a name without a dot: libvirt drops an alias that holds one"},
	{"cpulist", "`0-31,64-95`", "CPU numbers as Linux lists them"},
	{"board", "`a100-sxm4-80gb`, `10de:20b2`, `10de:25b6/14a9`",
	 "an id that `gpuplan boards` lists, or a PCI id, with the subsystem's device where "
	 "boards share it"},
	{"vGPU type", "`A100DX-80C`, `grid_a100dx-80c`",
	 "`NVIDIA ` or `GRID ` may stand before it; as vCenter spells it too"},
	{"interface", "`br0`", "the name of a bridge or network"},
	{"path", "`/var/lib/images/vm.qcow2`", "from the root of the file system"},
	{"text", "", "one line without control characters"},
	{NULL, NULL, NULL},
};

static void print_words(struct buffer *out, const char *const *words, const char *last)
{
	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): a key of such a kind has words. */
	for (size_t i = 0; words[i]; i++)
		buffer_printf(out, "%s`%s`", i == 0 ? "" : words[i + 1] ? ", " : last, words[i]);
}

/* `hosts.NAME.numa[]` as a page's link to that heading. */
static void print_link(struct buffer *out, const char *text, const struct section *section)
{
	buffer_printf(out, "[%s](#", text);
	for (const char *s = section->title; *s; s++)
		if (strchr("abcdefghijklmnopqrstuvwxyz0123456789_-", *s))
			buffer_printf(out, "%c", *s);
		else if (*s >= 'A' && *s <= 'Z')
			buffer_printf(out, "%c", *s - 'A' + 'a');
	buffer_puts(out, ")");
}

static void print_type(struct buffer *out, const struct key *key, enum key_type type);

static void print_list(struct buffer *out, const struct key *key)
{
	buffer_puts(out, "list of ");
	if (key->item == KEY_MAP) {
		print_link(out, key->section->plural, key->section);
		return;
	}
	if (key->item == KEY_NUMBER)
		buffer_puts(out, "numbers, ");
	print_type(out, key, key->item);
	if (key->item != KEY_NUMBER)
		buffer_puts(out, key->item == KEY_ADDRESS ? "es" : "s");
}

static void print_type(struct buffer *out, const struct key *key, enum key_type type)
{
	static const enum grammar grammars[] = {
		[KEY_SIZE] = GRAMMAR_SIZE,	 [KEY_ADDRESS] = GRAMMAR_PCI,
		[KEY_UUID] = GRAMMAR_UUID,	 [KEY_MAC] = GRAMMAR_MAC,
		[KEY_VERSION] = GRAMMAR_VERSION, [KEY_ESXI] = GRAMMAR_ESXI,
	};

	switch (type) {
	case KEY_FLAG:
		buffer_puts(out, "`true` or `false`");
		break;
	case KEY_NUMBER:
		if (key->min == key->max)
			buffer_printf(out, "`%" PRIu64 "`", key->min);
		else
			buffer_printf(out, "%" PRIu64 " to %" PRIu64, key->min, key->max);
		break;
	case KEY_WORD:
		print_words(out, key->words, " or ");
		break;
	case KEY_TEXT:
		buffer_puts(out, grammar_noun(key->grammar));
		break;
	case KEY_SIZE:
	case KEY_ADDRESS:
	case KEY_UUID:
	case KEY_MAC:
	case KEY_VERSION:
	case KEY_ESXI:
		buffer_puts(out, grammar_noun(grammars[type]));
		break;
	case KEY_LIST:
		print_list(out, key);
		break;
	case KEY_MAP:
		print_link(out, "map", key->section);
		break;
	case KEY_NAMED:
		buffer_printf(out, "map of %s to ", grammar_noun(key->grammar));
		print_link(out, key->section->what, key->section);
		break;
	case KEY_PARAMS:
		buffer_puts(out, key->words ? "map of name to " : "map of parameter to text");
		if (key->words)
			print_words(out, key->words, " or ");
		break;
	}
}

static bool is_either(const struct section *section, const struct key *key)
{
	return section->either[0] && (strcmp(key->name, section->either[0]) == 0 ||
				      strcmp(key->name, section->either[1]) == 0);
}

void reference_type(struct buffer *out, const struct key *key)
{
	if (key->words && key->type != KEY_WORD && key->type != KEY_PARAMS) {
		print_words(out, key->words, ", ");
		buffer_puts(out, " or ");
	}
	print_type(out, key, key->type);
}

void reference_notes(struct buffer *out, const struct section *section, const struct key *key)
{
	if (key->flags & KEY_REQUIRED)
		buffer_puts(out, "**Required.** ");
	if (is_either(section, key))
		buffer_printf(out, "**Either `%s` or `%s`.** ", section->either[0],
			      section->either[1]);
	if (key->needs)
		buffer_printf(out, "*%s only.* ", platform_with(key->needs)->word);
}

/* Once for each hypervisor, whose platforms share the limits that keys name. */
static void print_limits(struct buffer *out, const struct key *key)
{
	enum hypervisor last = 0;
	const char *before = " In ";

	for (const struct platform *row = platform_rows; row->hypervisor; row++) {
		const uint32_t *most = platform_member(row, key->most);
		const struct size_unit *unit = platform_member(row, key->unit);

		if (row->hypervisor == last)
			continue;
		last = row->hypervisor;
		if (key->most && *most < key->max)
			buffer_printf(out, " At most %" PRIu32 " on %s.", *most, row->name);
		if (key->unit && unit->what) {
			buffer_printf(out, "%s%s on %s", before, unit->what, row->name);
			before = ", in ";
		}
	}
	if (*before == ',')
		buffer_puts(out, ".");
}

void reference_doc(struct buffer *out, const struct key *key)
{
	buffer_puts(out, key->doc);
	print_limits(out, key);
	if (key_default(key))
		buffer_printf(out, " Default `%s`.", key_default(key));
}

static void print_key(struct buffer *out, const struct section *section, const struct key *key)
{
	buffer_printf(out, "| `%s` | ", key->name);
	reference_type(out, key);
	buffer_puts(out, " | ");
	reference_notes(out, section, key);
	reference_doc(out, key);
	buffer_puts(out, " |\n");
}

bool reference_repeats(const struct section *section, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (section->keys[j].section == section->keys[i].section)
			return true;
	return false;
}

/* `depth` 2 is a chapter; sections below hosts.NAME are parts of it. */
static void print_section(struct buffer *out, const struct section *section, unsigned depth)
{
	buffer_printf(out, "\n%.*s %s\n\n%s\n\n| key | value | meaning |\n|---|---|---|\n",
		      (int)depth, "####", section->title, section->doc);
	for (size_t i = 0; i < section->n; i++)
		print_key(out, section, &section->keys[i]);
	for (size_t i = 0; i < section->n; i++)
		if (section->keys[i].section && !reference_repeats(section, i))
			print_section(out, section->keys[i].section,
				      section == &document_section ? 2 : 3);
}

static void print_opening(struct buffer *out)
{
	size_t i;

	buffer_printf(
		out,
		"# The spec language\n\nWhat a spec may say, key by key. Made from the key tables "
		"by `gpuplan schema --format markdown`;\na test holds this page to them. `gpuplan "
		"schema` prints the same as a JSON Schema for editors.\n\n<!-- spec -->\n\n"
		"```yaml\n%s```\n\n## Files\n\n",
		reference_example);
	for (i = 0; reference_files[i]; i++)
		buffer_printf(out, "- %s\n", reference_files[i]);
	buffer_puts(out, "\n## Values\n\n| value | example | |\n|---|---|---|\n");
	for (i = 0; reference_values[i].name; i++)
		buffer_printf(out, "| %s |%s%s | %s%s|\n", reference_values[i].name,
			      *reference_values[i].example ? " " : "", reference_values[i].example,
			      reference_values[i].doc, *reference_values[i].doc ? " " : "");
}

void spec_reference(struct buffer *out)
{
	print_opening(out);
	print_section(out, &document_section, 2);
}
