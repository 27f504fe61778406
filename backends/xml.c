#include "backends/xml.h"

#include <assert.h>

#include "compiler/base/utf8.h"

enum { MAX_DEPTH = 16 };

struct xml {
	struct buffer *out;
	size_t start; /* of the document, in `out` */
	const char *names[MAX_DEPTH];
	uint32_t depth;
	bool tag_open;	    /* the start tag of the innermost element takes attributes still */
	bool inline_text;   /* text was the last thing inside the innermost element */
	struct str refused; /* a value that XML cannot hold, or .p NULL */
};

struct xml *xml_begin(struct buffer *out)
{
	struct xml *xml = arena_alloc(out->arena, sizeof *xml);

	xml->out = out;
	xml->start = out->n;
	return xml;
}

/* Control characters are refused where the spec is read. What is left of the code points that XML
 * has no way to write, not even escaped, is U+FFFE and U+FFFF. */
static bool xml_can_hold(uint32_t code)
{
	return code >= 0x20 && code != 0xfffe && code != 0xffff;
}

static const char *escape_of(uint32_t code)
{
	switch (code) {
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '&':
		return "&amp;";
	case '"':
		return "&quot;";
	default:
		return NULL;
	}
}

/* In an attribute what is not ASCII is written as a reference. */
static void add_value(struct xml *xml, struct str s, bool attribute)
{
	size_t written = 0, n;

	for (size_t i = 0; i < s.n; i += n) {
		const char *escape;
		uint32_t code;

		n = utf8_character((struct str){s.p + i, s.n - i}, &code);
		if (n == 0 || !xml_can_hold(code)) {
			xml->refused = s;
			return;
		}
		escape = escape_of(code);
		if (!escape && (code < 0x80 || !attribute))
			continue;
		buffer_add(xml->out, (struct str){s.p + written, i - written});
		if (escape)
			buffer_puts(xml->out, escape);
		else
			buffer_printf(xml->out, "&#x%X;", code);
		written = i + n;
	}
	buffer_add(xml->out, (struct str){s.p + written, s.n - written});
}

void xml_attr(struct xml *xml, const char *name, struct str value)
{
	assert(xml->tag_open);
	buffer_printf(xml->out, " %s=\"", name);
	add_value(xml, value, true);
	buffer_puts(xml->out, "\"");
}

static void end_tag(struct xml *xml, const char *end)
{
	if (xml->tag_open)
		buffer_puts(xml->out, end);
	xml->tag_open = false;
}

static void indent(struct xml *xml)
{
	for (uint32_t i = 0; i < xml->depth; i++)
		buffer_puts(xml->out, "  ");
}

static void open_element(struct xml *xml, const char *element, va_list args)
{
	const char *name;

	assert(xml->depth < MAX_DEPTH);
	end_tag(xml, ">\n");
	indent(xml);
	buffer_printf(xml->out, "<%s", element);
	xml->names[xml->depth++] = element;
	xml->tag_open = true;
	xml->inline_text = false;
	while ((name = va_arg(args, const char *)))
		xml_attr(xml, name, str_of(va_arg(args, const char *)));
}

void xml_open(struct xml *xml, const char *element, ...)
{
	va_list args;

	va_start(args, element);
	open_element(xml, element, args);
	va_end(args);
}

void xml_leaf(struct xml *xml, const char *element, ...)
{
	va_list args;

	va_start(args, element);
	open_element(xml, element, args);
	va_end(args);
	xml_close(xml);
}

void xml_attrf(struct xml *xml, const char *name, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	xml_attr(xml, name, arena_vprintf(xml->out->arena, format, args));
	va_end(args);
}

void xml_text(struct xml *xml, struct str text)
{
	end_tag(xml, ">");
	add_value(xml, text, false);
	xml->inline_text = true;
}

void xml_textf(struct xml *xml, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	xml_text(xml, arena_vprintf(xml->out->arena, format, args));
	va_end(args);
}

void xml_close(struct xml *xml)
{
	assert(xml->depth);
	xml->depth--;
	if (xml->tag_open) {
		end_tag(xml, "/>\n");
	} else {
		if (!xml->inline_text)
			indent(xml);
		buffer_printf(xml->out, "</%s>\n", xml->names[xml->depth]);
	}
	xml->inline_text = false;
}

bool xml_end(struct xml *xml, struct str *error)
{
	assert(!xml->depth);
	if (!xml->refused.p)
		return true;
	xml->out->n = xml->start;
	*error = arena_printf(xml->out->arena, "XML cannot hold '%.*s'", STR_ARG(xml->refused));
	return false;
}
