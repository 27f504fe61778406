/* encode is the inverse of decode: random models over all key tables, with texts that look like
 * YAML, are written, read and compared. */
#include <stdlib.h>

#include "compiler/model/decode.h"
#include "compiler/model/encode.h"
#include "compiler/source/yaml.h"
#include "tests/unit/check.h"

static struct arena *arena;

static uint32_t below(uint32_t n)
{
	static uint64_t state = 88172645463325252u;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 32) % n;
}

/* --- a random model --- */

/* What YAML, a shell or XML gives a meaning to, and what other YAML readers take for numbers or
 * dates; a line each. */
static const char hostile[] =
	"# no comment\na: b\n- a\n-\n? a\n: a\n{a: b}\n[a, b]\na, b\n]\n}\n*a\n&a\n!a\n!!str 1\n|\n>\n"
	"%YAML\n@a\n`a`\n'\n\"\na\"b'c\\\n\\n\nnull\n~\nNull\ntrue\nFalse\nyes\nNO\non\ny\n0\n007\n0x1f\n"
	"0o17\n1e3\n1_000\n.5\n-1\n.inf\n.nan\n05:00.0\n12:30\n2001-01-01\n1.2.3\n=\n<<\n---\n...\n lead\n"
	"trail \na  b\na #b\na:\n$(touch)\n<a>&amp;\n\xc3\xa9\n\xe2\x80\xa8\n\xef\xbb\xbf\n"
	"\xf0\x9f\x92\xa9\n\xee\x80\x80\na\xc2\xa0\n/x\n/ #\ng0\na-b\nx.y\n8.2.2-1 #x\n1:8.2.2\n8.0u2\n"
	"7.0 U3c\n0-3,8-11\nbr0\nA100DX-80C\nGRID A100-40C\n10de:20b2/1463\n";

static struct str hostile_line(void)
{
	const char *line = hostile;

	for (uint32_t skip = below(84); skip; skip--) {
		line += strcspn(line, "\n");
		line = line[0] && line[1] ? line + 1 : hostile;
	}
	return (struct str){line, strcspn(line, "\n")};
}

static struct str random_bytes(void)
{
	static const char letters[] = "abz09AZ._-/ :,#'\"{}[]&*!|>%@`~\\=+?";
	size_t n = 1 + below(below(8) ? 12 : 60);
	char *s = arena_alloc(arena, n);

	for (size_t i = 0; i < n; i++)
		s[i] = letters[below(sizeof letters - 1)];
	return (struct str){s, n};
}

static struct str random_text(enum grammar grammar)
{
	for (uint32_t i = 0; i < 400; i++) {
		struct str s = below(2) ? random_bytes() : hostile_line();

		if (grammar_match(grammar, s) && (grammar != GRAMMAR_CPULIST || cpulist_count(s)))
			return s;
	}
	return str_of(grammar_example(grammar));
}

static void fill(const struct section *section, void *spec, bool profile);

static uint64_t between(uint64_t min, uint64_t max)
{
	return min + (max > min ? below((uint32_t)(max - min + 1)) : 0);
}

static uint32_t count_words(const struct key *key)
{
	uint32_t n = 0;

	while (key->words && key->words[n])
		n++;
	return n;
}

static void random_value(const struct key *key, void *field);

/* Names that no entry before has. */
static struct str random_name(const struct key *key, uint32_t i)
{
	struct str s = random_text(key->grammar);

	return below(4) && s.n < 40 ? arena_printf(arena, "%.*s_%u", STR_ARG(s), i)
				    : arena_printf(arena, "%u", i);
}

static void random_list(const struct key *key, struct list *list)
{
	struct key item = *key;
	size_t size = key_item_size(key);
	bool pointers = key->type == KEY_NAMED && key->section != &gpu_section;
	uint32_t most = below(8) ? 3 : 30;

	list->at = SPAN_MADE;
	if (key->words && key->type == KEY_LIST && below(3) == 0) {
		list->word = (uint8_t)(1 + below(count_words(key)));
		return;
	}
	if (key->max && key->item != KEY_NUMBER && most > key->max)
		most = (uint32_t)key->max;
	list->n = (uint32_t)between(key->item == KEY_NUMBER || key->min ? 1 : 0, most);
	list->items = arena_array(arena, list->n, pointers ? sizeof(void *) : size);
	item.type = key->item;
	item.words = NULL;
	for (uint32_t i = 0; i < list->n; i++) {
		void *spec = pointers ? arena_alloc(arena, size) : (char *)list->items + i * size;

		if (pointers)
			((void **)list->items)[i] = spec;
		if (key->type == KEY_LIST) {
			random_value(&item, spec);
			continue;
		}
		if (key->type == KEY_PARAMS) {
			struct param *param = spec;

			param->name = made_text(random_name(key, i));
			param->value =
				made_text(key->words ? str_of(key->words[below(count_words(key))])
						     : random_text(GRAMMAR_ANY));
			continue;
		}
		fill(key->section, spec, strstr(key->name, "profiles"));
		((struct named_spec *)spec)->name = made_text(random_name(key, i));
	}
}

static void random_number(const struct key *key, struct number *number)
{
	*number = made_number(between(key->min, key->max));
	if (key->flags & KEY_UNBOUNDED && below(2))
		number->n = UINT64_MAX - below(2);
}

static void random_size(const struct key *key, struct number *number)
{
	*number = made_number((uint64_t)(1 + below(5000)) << (10 + below(5) * 10));
	if (key->words && below(2))
		number->n = 0;
	else if (number->n > UINT64_C(1) << 60)
		number->n = UINT64_C(1) << 60;
}

static void random_version(const struct key *key, struct version *version)
{
	bool esxi = key->type == KEY_ESXI;
	struct str text;

	do {
		text = random_text(esxi ? GRAMMAR_ESXI : GRAMMAR_VERSION);
		*version = (struct version){0};
	} while (!(esxi ? parse_esxi(text, version) : parse_version(text, version)));
	version->at = SPAN_MADE;
}

static void random_value(const struct key *key, void *field)
{
	uint8_t bytes[16];

	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)below(256);
	switch (key->type) {
	case KEY_FLAG:
		*(struct flag *)field = made_flag(below(2));
		break;
	case KEY_NUMBER:
		random_number(key, field);
		break;
	case KEY_SIZE:
		random_size(key, field);
		break;
	case KEY_WORD:
		*(struct word *)field = made_word((uint8_t)(1 + below(count_words(key))));
		break;
	case KEY_TEXT:
		*(struct text *)field = made_text(random_text(key->grammar));
		break;
	case KEY_ADDRESS:
		*(struct address *)field = made_address((struct pci_address){
			below(3) ? 0 : below(UINT32_MAX), bytes[0], bytes[1] & 0x1f, bytes[2] & 7});
		break;
	case KEY_UUID:
		((struct uuid *)field)->at = SPAN_MADE;
		memcpy(((struct uuid *)field)->bytes, bytes, 16);
		break;
	case KEY_MAC:
		bytes[0] &= 0xfe;
		((struct mac *)field)->at = SPAN_MADE;
		memcpy(((struct mac *)field)->bytes, bytes, 6);
		break;
	case KEY_VERSION:
	case KEY_ESXI:
		random_version(key, field);
		break;
	case KEY_MAP:
		fill(key->section, field, false);
		break;
	case KEY_LIST:
	case KEY_NAMED:
	case KEY_PARAMS:
		random_list(key, field);
		break;
	}
}

static bool is_either(const struct section *section, const struct key *key, size_t which)
{
	return section->either[which] && strcmp(section->either[which], key->name) == 0;
}

static void fill(const struct section *section, void *spec, bool profile)
{
	uint32_t often = below(5);
	size_t which = below(2);

	for (size_t i = 0; i < section->n; i++) {
		const struct key *key = &section->keys[i];
		bool required = key->flags & KEY_REQUIRED || is_either(section, key, which);

		if (is_either(section, key, !which) || (!required && below(4) >= often) ||
		    (profile && key->flags & KEY_OWN))
			continue;
		random_value(key, (char *)spec + key->offset);
	}
	if (section == &document_section)
		((struct document_spec *)spec)->version = made_number(SPEC_VERSION);
}

/* --- the same, up to spans --- */

static bool same_value(const struct key *key, const void *a, const void *b);

/* An empty map says as much as none. */
static bool same_section(const struct section *section, const void *a, const void *b)
{
	for (size_t i = 0; i < section->n; i++) {
		const struct key *key = &section->keys[i];

		if (!same_value(key, (const char *)a + key->offset,
				(const char *)b + key->offset)) {
			fprintf(stderr, "%s.%s differs\n", section->title, key->name);
			return false;
		}
	}
	return true;
}

static bool same_list(const struct key *key, const struct list *a, const struct list *b)
{
	bool pointers = key->type == KEY_NAMED && key->section != &gpu_section;
	size_t size = key_item_size(key);
	struct key item = *key;

	item.type = key->item;
	if (a->n != b->n || a->word != b->word)
		return false;
	for (uint32_t i = 0; i < a->n; i++) {
		const void *x = pointers ? ((void **)a->items)[i] : (char *)a->items + i * size;
		const void *y = pointers ? ((void **)b->items)[i] : (char *)b->items + i * size;
		const struct param *p = x, *q = y;

		if (key->type == KEY_PARAMS
			    ? !str_eq(p->name.s, q->name.s) || !str_eq(p->value.s, q->value.s)
		    : key->type == KEY_LIST ? !same_value(&item, x, y)
					    : !str_eq(((const struct named_spec *)x)->name.s,
						      ((const struct named_spec *)y)->name.s) ||
						      !same_section(key->section, x, y))
			return false;
	}
	return true;
}

static bool same_value(const struct key *key, const void *a, const void *b)
{
	struct span at, other;

	memcpy(&at, a, sizeof at);
	memcpy(&other, b, sizeof other);
	if (key->type == KEY_MAP)
		return same_section(key->section, a, b);
	if (!span_given(at) || !span_given(other))
		return span_given(at) == span_given(other);
	if (key->type > KEY_MAP)
		return same_list(key, a, b);
	switch (key->type) {
	case KEY_TEXT:
		return str_eq(((const struct text *)a)->s, ((const struct text *)b)->s);
	case KEY_FLAG:
		return ((const struct flag *)a)->on == ((const struct flag *)b)->on;
	case KEY_NUMBER:
	case KEY_SIZE:
		return ((const struct number *)a)->n == ((const struct number *)b)->n;
	case KEY_WORD:
		return ((const struct word *)a)->is == ((const struct word *)b)->is;
	case KEY_ADDRESS:
		return pci_eq(((const struct address *)a)->pci, ((const struct address *)b)->pci);
	case KEY_UUID:
		return !memcmp(((const struct uuid *)a)->bytes, ((const struct uuid *)b)->bytes,
			       16);
	case KEY_MAC:
		return !memcmp(((const struct mac *)a)->bytes, ((const struct mac *)b)->bytes, 6);
	default:
		return version_cmp(*(const struct version *)a, *(const struct version *)b) == 0 &&
		       str_eq(((const struct version *)a)->text, ((const struct version *)b)->text);
	}
}

/* --- there and back --- */

static struct document_spec *decode(struct str text, struct findings *findings)
{
	struct document_spec *document = arena_alloc(arena, sizeof *document);
	struct sources *sources = arena_alloc(arena, sizeof *sources);
	struct decoder decoder = {.arena = arena, .findings = findings};
	struct yaml yaml;

	sources_init(sources, arena, NULL);
	findings_init(findings, arena);
	yaml_init(&yaml, arena, findings_reporter(findings));
	decoder.yaml = &yaml;
	yaml_parse(&yaml, source_add(sources, STR("model"), text));
	CHECK_U64(yaml.n_documents, 1);
	CHECK(yaml.n_documents && decode_document(&decoder, yaml.documents[0], document));
	return document;
}

/* Comments here and there, as hostile as the rest. */
static void random_notes(struct encode_notes *notes, const struct section *section,
			 const void *spec)
{
	for (size_t i = 0; i < section->n; i++) {
		const struct key *key = &section->keys[i];
		const void *field = (const char *)spec + key->offset;
		const struct list *list = field;

		if (below(6) == 0) {
			struct str bytes = random_bytes(), line = hostile_line();

			encode_note(notes, field, (enum note_place)below(3), "%.*s\n%.*s",
				    STR_ARG(bytes), STR_ARG(line));
		}
		if (key->type == KEY_MAP)
			random_notes(notes, key->section, field);
		for (uint32_t k = 0; key->type == KEY_NAMED && k < list->n; k++)
			random_notes(notes, key->section,
				     key->section == &gpu_section
					     ? (const char *)list->items + k * key->section->size
					     : ((void **)list->items)[k]);
	}
}

static void test_random(void)
{
	for (uint32_t i = 0; i < 1500; i++) {
		struct encode_notes notes = {.arena = arena};
		struct document_spec document = {0};
		struct findings findings;
		struct buffer out, again;
		struct document_spec *got;

		fill(&document_section, &document, false);
		if (i % 2)
			random_notes(&notes, &document_section, &document);
		buffer_init(&out, arena);
		encode(&out, &document_section, &document, 0, &notes);
		got = decode(buffer_text(&out), &findings);
		CHECK_U64(findings.n, 0);
		CHECK(same_section(&document_section, &document, got));
		if (findings.n || check_failed) {
			fprintf(stderr, "%.*s\n", STR_ARG(buffer_text(&out)));
			for (uint32_t f = 0; f < findings.n; f++)
				fprintf(stderr, "%.*s\n", STR_ARG(findings.items[f].message));
			return;
		}
		if (i % 2)
			continue;
		buffer_init(&again, arena);
		encode(&again, &document_section, got, 0, NULL);
		CHECK_STR_EQ(buffer_text(&again), buffer_text(&out));
	}
}

/* --- the forms --- */

static text_list names(const char *first, const char *second)
{
	text_list list = {.items = arena_array(arena, 2, sizeof *list.items)};

	list.items[list.n++] = made_text(str_of(first));
	if (second)
		list.items[list.n++] = made_text(str_of(second));
	return list;
}

static void test_forms(void)
{
	struct gpu_spec gpus[2] = {
		{.name = made_text(STR("g0")),
		 .board = made_text(STR("a40")),
		 .numa = made_number(1)},
		{.name = made_text(STR("g1")), .vfs = {.n = 9}},
	};
	struct nvlink_group_spec groups[2] = {{.gpus = names("g0", "g1"), .links = made_number(4)},
					      {.gpus = names("g1", "g0")}};
	struct host_spec host = {
		.name = made_text(STR("null")),
		.memory = made_number(3 * TIB / 2),
		.iommu = made_flag(false),
		.cpus = {.sockets = made_number(2), .vendor = made_word(VENDOR_AMD)},
		.nvlink = {.n = 2, .items = groups},
		.pcie_p2p = {.at = SPAN_MADE, .word = LINKS_ALL},
		.gpus = {.n = 2, .items = gpus},
	};
	struct disk_spec disk = {.file = made_text(STR("/a b")), .format = made_word(FORMAT_RAW)};
	struct vm_gpu_spec items[2] = {{.gpu = made_text(STR("g0"))},
				       {.gpu = made_text(STR("g1"))}};
	struct vm_spec *vm = &(struct vm_spec){
		.name = made_text(STR("v")),
		.mmio = made_number(0),
		.gpus = {.n = 2, .items = items},
		.disks = {.n = 1, .items = &disk},
	};
	struct host_spec *hosts = &host;
	struct document_spec document = {.version = made_number(1),
					 .hosts = {.n = 1, .items = &hosts},
					 .vms = {.n = 1, .items = &vm}};
	struct encode_notes notes = {.arena = arena};
	struct buffer out;

	gpus[1].vfs.items = arena_array(arena, 9, sizeof *gpus[1].vfs.items);
	for (uint8_t i = 0; i < 9; i++)
		gpus[1].vfs.items[i] = made_address((struct pci_address){.bus = 1, .device = i});
	encode_note(&notes, &document.hosts, NOTE_ABOVE, "a comment of\na machine");
	encode_note(&notes, &host.driver, NOTE_ABOVE, "driver: not known");
	encode_note(&notes, &host.cpus, NOTE_BELOW, "%d sockets", 2);
	encode_note(&notes, &gpus[1], NOTE_BEHIND, "nine functions");
	encode_note(&notes, &disk.format, NOTE_BEHIND, "or qcow2");
	buffer_init(&out, arena);
	encode(&out, &document_section, &document, 0, &notes);
	CHECK_STR(buffer_text(&out),
		  "version: 1\n"
		  "\n"
		  "# a comment of\\x0aa machine\n"
		  "hosts:\n"
		  "  \"null\":\n"
		  "    # driver: not known\n"
		  "    iommu: false\n"
		  "    cpus: {sockets: 2, vendor: amd}\n"
		  "    # 2 sockets\n"
		  "    memory: 1536GiB\n"
		  "    nvlink:\n"
		  "      - {gpus: [g0, g1], links: 4}\n"
		  "      - [g1, g0]\n"
		  "    pcie_p2p: all\n"
		  "    gpus:\n"
		  "      g0: {board: a40, numa: 1}\n"
		  "      g1: # nine functions\n"
		  "        vfs: [\"0000:01:00.0\", \"0000:01:01.0\", \"0000:01:02.0\", "
		  "\"0000:01:03.0\", \"0000:01:04.0\", \"0000:01:05.0\",\n"
		  "              \"0000:01:06.0\", \"0000:01:07.0\", \"0000:01:08.0\"]\n"
		  "\n"
		  "vms:\n"
		  "  v:\n"
		  "    mmio: auto\n"
		  "    gpus: [g0, g1]\n"
		  "    disks:\n"
		  "      - file: \"/a b\"\n"
		  "        format: raw # or qcow2\n");
}

int main(void)
{
	arena = arena_new();
	test_forms();
	test_random();
	arena_free(arena);
	return check_done();
}
