#include "compiler/model/encode.h"

#include <assert.h>
#include <inttypes.h>

#include "compiler/base/digest.h"
#include "compiler/source/yaml_write.h"

enum {
	STEP = 2,	  /* blanks per level */
	LIST_WIDTH = 110, /* columns; a longer list is broken into lines */
	MAP_WIDTH = 160,  /* a longer map has a line per key; a GPU's takes up to 150 */
};

struct encoder {
	struct buffer *out;
	const struct encode_notes *notes;
};

static bool put_flow(const struct encoder *e, const struct key *key, const void *field);
static void put_value(const struct encoder *e, unsigned indent, const struct key *key,
		      const void *field);
static void put_keys(const struct encoder *e, unsigned indent, const struct section *section,
		     const void *spec);

/* --- the model --- */

static const void *field_of(const struct key *key, const void *spec)
{
	return (const char *)spec + key->offset;
}

static const void *item_of(const struct key *key, const struct list *list, uint32_t i)
{
	return (const char *)list->items + i * key_item_size(key);
}

/* A key for the items of a list or of named maps. */
static struct key item_key(const struct key *key)
{
	struct key item = *key;

	item.type = key->type == KEY_NAMED ? KEY_MAP : key->item;
	item.words = NULL;
	return item;
}

/* A map or list counts as given if it holds anything, so that its span need not be set. */
static bool is_given(const struct key *key, const void *spec)
{
	const void *field = field_of(key, spec);
	const struct list *list = field;
	struct span at;

	memcpy(&at, field, sizeof at);
	for (size_t i = 0; key->type == KEY_MAP && !span_given(at) && i < key->section->n; i++)
		if (is_given(&key->section->keys[i], field))
			return true;
	return span_given(at) || (key->type > KEY_MAP && list->n);
}

/* --- notes --- */

void encode_note(struct encode_notes *notes, const void *at, enum note_place place,
		 const char *format, ...)
{
	struct encode_note_entry *note = arena_push(notes->arena, (void **)&notes->items, &notes->n,
						    &notes->capacity, sizeof *note);
	va_list args;

	va_start(args, format);
	*note = (struct encode_note_entry){at, place, arena_vprintf(notes->arena, format, args)};
	va_end(args);
}

static bool has_notes(const struct encoder *e, const void *at)
{
	for (uint32_t i = 0; e->notes && i < e->notes->n; i++)
		if (e->notes->items[i].at == at)
			return true;
	return false;
}

/* The characters of the current line so far. */
static unsigned column(const struct buffer *out)
{
	const char *end = out->n ? memrchr(out->p, '\n', out->n) : NULL;

	return (unsigned)(end ? (size_t)(out->p + out->n - end - 1) : out->n);
}

static void put_indent(const struct encoder *e, unsigned indent)
{
	buffer_printf(e->out, "%*s", (int)indent, "");
}

/* False if there is none. */
static bool put_notes(const struct encoder *e, const void *at, enum note_place place,
		      unsigned indent)
{
	const char *blanks = arena_printf(e->out->arena, "%*s", (int)indent, "").p;
	bool any = false;

	for (uint32_t i = 0; e->notes && i < e->notes->n; i++) {
		const struct encode_note_entry *note = &e->notes->items[i];

		if (note->at != at || note->place != place)
			continue;
		yaml_write_comment(e->out, blanks, "%.*s", STR_ARG(note->text));
		any = true;
	}
	return any;
}

static void end_line(const struct encoder *e, const void *noted)
{
	if (!put_notes(e, noted, NOTE_BEHIND, 1))
		buffer_puts(e->out, "\n");
}

/* --- on one line --- */

/* Counted from 1. */
static struct str word_of(const struct key *key, uint8_t is)
{
	assert(key->words && is);
	return str_of(key->words[is - 1]);
}

static void put_scalar(const struct encoder *e, const struct key *key, const void *field)
{
	const struct number *number = field;
	struct str text;
	char room[37];

	switch (key->type) {
	case KEY_FLAG:
		buffer_puts(e->out, ((const struct flag *)field)->on ? "true" : "false");
		return;
	case KEY_NUMBER:
		buffer_printf(e->out, "%" PRIu64, number->n);
		return;
	case KEY_SIZE:
		buffer_add(e->out,
			   number->n ? size_spec(e->out->arena, number->n) : word_of(key, 1));
		return;
	case KEY_WORD:
		buffer_add(e->out, word_of(key, ((const struct word *)field)->is));
		return;
	case KEY_ADDRESS:
		text = (struct str){room, pci_format(((const struct address *)field)->pci, room)};
		break;
	case KEY_UUID:
		uuid_format(((const struct uuid *)field)->bytes, room);
		text = str_of(room);
		break;
	case KEY_MAC:
		mac_format(((const struct mac *)field)->bytes, room);
		text = str_of(room);
		break;
	case KEY_VERSION:
	case KEY_ESXI:
		text = ((const struct version *)field)->text;
		break;
	default:
		text = ((const struct text *)field)->s;
		break;
	}
	yaml_write_text(e->out, text);
}

/* The only key given, if its value alone may be written for the map; or NULL. */
static const struct key *shorthand(const struct encoder *e, const struct section *section,
				   const void *spec)
{
	const struct key *only = section->shorthand
					 ? section_key(section, str_of(section->shorthand))
					 : NULL;

	if (!only || has_notes(e, field_of(only, spec)))
		return NULL;
	for (size_t i = 0; i < section->n; i++)
		if (is_given(&section->keys[i], spec) != (&section->keys[i] == only))
			return NULL;
	return only;
}

/* True if no value of the map may have a note. */
static bool put_flow_map(const struct encoder *e, const struct section *section, const void *spec)
{
	const struct key *only = shorthand(e, section, spec);
	const char *before = "";

	if (only)
		return put_flow(e, only, field_of(only, spec));
	buffer_puts(e->out, "{");
	for (size_t i = 0; i < section->n; i++) {
		const struct key *key = &section->keys[i];
		const void *field = field_of(key, spec);

		if (has_notes(e, field))
			return false;
		if (!is_given(key, spec))
			continue;
		buffer_printf(e->out, "%s%s: ", before, key->name);
		if (!put_flow(e, key, field))
			return false;
		before = ", ";
	}
	buffer_puts(e->out, "}");
	return true;
}

/* Maps and lists in a list go on lines of their own. */
static bool has_lines(const struct encoder *e, const struct key *key, const struct list *list)
{
	for (uint32_t i = 0; key->item == KEY_MAP && i < list->n; i++) {
		const struct key *only = shorthand(e, key->section, item_of(key, list, i));

		if (!only || only->type >= KEY_MAP)
			return true;
	}
	return false;
}

/* Breaks the list where a line is full. */
static bool put_flow_list(const struct encoder *e, const struct key *key, const struct list *list)
{
	struct key item = item_key(key);
	unsigned left = column(e->out) + 1;

	if (list->word) {
		buffer_add(e->out, word_of(key, list->word));
		return true;
	}
	if (has_lines(e, key, list))
		return false;
	buffer_puts(e->out, "[");
	for (uint32_t i = 0; i < list->n; i++) {
		size_t start = e->out->n;

		buffer_puts(e->out, i ? ", " : "");
		put_flow(e, &item, item_of(key, list, i));
		if (i == 0 || column(e->out) < LIST_WIDTH)
			continue;
		e->out->n = start;
		buffer_puts(e->out, ",\n");
		put_indent(e, left);
		put_flow(e, &item, item_of(key, list, i));
	}
	buffer_puts(e->out, "]");
	return true;
}

/* Numbers are written without quotes, as users write them. */
static void put_params(const struct encoder *e, const param_list *params)
{
	buffer_puts(e->out, "{");
	for (uint32_t i = 0; i < params->n; i++) {
		struct str value = params->items[i].value.s;
		uint64_t n;

		buffer_puts(e->out, i ? ", " : "");
		yaml_write_text(e->out, params->items[i].name.s);
		buffer_puts(e->out, ": ");
		if (parse_number(value, &n) && (value.n == 1 || *value.p != '0'))
			buffer_add(e->out, value);
		else
			yaml_write_text(e->out, value);
	}
	buffer_puts(e->out, "}");
}

/* False if the value does not fit on a line; the caller then removes what was written. */
static bool put_flow(const struct encoder *e, const struct key *key, const void *field)
{
	switch (key->type) {
	case KEY_MAP:
		return put_flow_map(e, key->section, field);
	case KEY_LIST:
		return put_flow_list(e, key, field);
	case KEY_NAMED:
		if (((const struct list *)field)->n)
			return false;
		buffer_puts(e->out, "{}");
		return true;
	case KEY_PARAMS:
		put_params(e, field);
		return true;
	default:
		put_scalar(e, key, field);
		return true;
	}
}

/* False, with nothing written, if the value needs lines of its own. */
static bool put_short(const struct encoder *e, const struct key *key, const void *field)
{
	size_t start = e->out->n;

	if (put_flow(e, key, field) &&
	    (key->type != KEY_MAP ||
	     (column(e->out) <= MAP_WIDTH && !memchr(e->out->p + start, '\n', e->out->n - start))))
		return true;
	e->out->n = start;
	return false;
}

/* --- on lines of its own --- */

static void put_items(const struct encoder *e, unsigned indent, const struct key *key,
		      const struct list *list)
{
	struct key item = item_key(key);

	for (uint32_t i = 0; i < list->n; i++) {
		const void *spec = item_of(key, list, i);
		size_t start = e->out->n;

		put_indent(e, indent);
		buffer_puts(e->out, "- ");
		if (put_short(e, &item, spec)) {
			end_line(e, spec);
			continue;
		}
		e->out->n = start;
		put_keys(e, indent + STEP, key->section, spec);
		e->out->p[start + indent] = '-';
	}
}

/* Hosts, VMs and profiles have one line per key, even short ones. */
static void put_named(const struct encoder *e, unsigned indent, const struct key *key,
		      const struct list *list)
{
	bool gpus = key->section == &gpu_section;
	struct key item = item_key(key);

	for (uint32_t i = 0; i < list->n; i++) {
		const struct named_spec *spec = gpus ? item_of(key, list, i)
						     : ((struct named_spec **)list->items)[i];

		put_indent(e, indent);
		yaml_write_text(e->out, spec->name.s);
		buffer_puts(e->out, ":");
		if (gpus) {
			put_value(e, indent, &item, spec);
			continue;
		}
		end_line(e, spec);
		put_keys(e, indent + STEP, key->section, spec);
	}
}

/* Writes the value behind the colon of a key or name with that indentation. */
static void put_value(const struct encoder *e, unsigned indent, const struct key *key,
		      const void *field)
{
	size_t start = e->out->n;

	buffer_puts(e->out, " ");
	if (put_short(e, key, field)) {
		end_line(e, field);
		return;
	}
	e->out->n = start;
	end_line(e, field);
	if (key->type == KEY_MAP)
		put_keys(e, indent + STEP, key->section, field);
	else if (key->type == KEY_LIST)
		put_items(e, indent + STEP, key, field);
	else
		put_named(e, indent + STEP, key, field);
}

static void put_keys(const struct encoder *e, unsigned indent, const struct section *section,
		     const void *spec)
{
	for (size_t i = 0; i < section->n; i++) {
		const struct key *key = &section->keys[i];
		const void *field = field_of(key, spec);
		bool given = is_given(key, spec);

		if (given && section == &document_section && key->type == KEY_NAMED)
			buffer_puts(e->out, "\n");
		put_notes(e, field, NOTE_ABOVE, indent);
		if (given) {
			put_indent(e, indent);
			buffer_printf(e->out, "%s:", key->name);
			put_value(e, indent, key, field);
		}
		put_notes(e, field, NOTE_BELOW, indent);
	}
}

void encode(struct buffer *out, const struct section *section, const void *spec, unsigned indent,
	    const struct encode_notes *notes)
{
	struct encoder e = {out, notes};

	put_keys(&e, indent, section, spec);
}

void encode_value(struct buffer *out, const struct key *key, const void *field)
{
	struct encoder e = {out, NULL};

	put_flow(&e, key, field);
}
