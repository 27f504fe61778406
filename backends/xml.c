#include "backends/xml.h"

#include <assert.h>
#include <dlfcn.h>
#include <libxml/xmlwriter.h>
#include <threads.h>

/* What is used of libxml2, each by the type that its header gives it. */
#define LIBXML2_FUNCTIONS(X)                                                                       \
	X(xmlInitParser)                                                                           \
	X(xmlBufferCreate)                                                                         \
	X(xmlBufferContent)                                                                        \
	X(xmlBufferLength)                                                                         \
	X(xmlBufferFree)                                                                           \
	X(xmlNewTextWriterMemory)                                                                  \
	X(xmlFreeTextWriter)                                                                       \
	X(xmlTextWriterSetIndent)                                                                  \
	X(xmlTextWriterSetIndentString)                                                            \
	X(xmlTextWriterStartElement)                                                               \
	X(xmlTextWriterWriteAttribute)                                                             \
	X(xmlTextWriterWriteString)                                                                \
	X(xmlTextWriterEndElement)                                                                 \
	X(xmlTextWriterEndDocument)

static struct {
	const char *failure; /* NULL: loaded */
#define FIELD(function)                                                                            \
	__typeof__(function) *function; /* NOLINT: a field's name takes no parentheses */
	LIBXML2_FUNCTIONS(FIELD)
#undef FIELD
} libxml2;

struct xml {
	struct arena *arena;
	xmlBuffer *text;
	xmlTextWriter *writer;
	uint32_t depth;
	bool failed;
	struct str refused; /* a value that XML cannot hold; .p NULL: none */
};

static void load(void)
{
	void *library = dlopen("libxml2.so.2", RTLD_NOW | RTLD_LOCAL);

	if (!library) {
		libxml2.failure = "libxml2.so.2 cannot be loaded; install libxml2";
		return;
	}
#define LOAD(function)                                                                             \
	*(void **)&libxml2.function = dlsym(library, #function);                                   \
	if (!libxml2.function) {                                                                   \
		libxml2.failure = "libxml2.so.2 lacks " #function;                                 \
		return;                                                                            \
	}
	LIBXML2_FUNCTIONS(LOAD)
#undef LOAD
	libxml2.xmlInitParser();
}

struct xml *xml_begin(struct arena *arena, struct str *error)
{
	static once_flag once = ONCE_FLAG_INIT;
	struct xml *xml = arena_alloc(arena, sizeof *xml);

	call_once(&once, load);
	if (libxml2.failure) {
		*error = str_of(libxml2.failure);
		return NULL;
	}
	xml->arena = arena;
	xml->text = libxml2.xmlBufferCreate();
	xml->writer = xml->text ? libxml2.xmlNewTextWriterMemory(xml->text, 0) : NULL;
	if (!xml->writer)
		arena_oom();
	/* The quote stays `"`: with `'` the writer would leave a `'` in a value as it is. */
	libxml2.xmlTextWriterSetIndent(xml->writer, 1);
	libxml2.xmlTextWriterSetIndentString(xml->writer, BAD_CAST "  ");
	return xml;
}

static void note(struct xml *xml, int status)
{
	xml->failed |= status < 0;
}

/* Control characters are refused where the spec is read. What is left of the code points that XML
 * has no way to write, not even escaped, is U+FFFE and U+FFFF. */
static bool xml_can_hold(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if ((unsigned char)s.p[i] < 0x20)
			return false;
		if (s.n - i >= 3 && (memcmp(&s.p[i], "\xef\xbf\xbe", 3) == 0 ||
				     memcmp(&s.p[i], "\xef\xbf\xbf", 3) == 0))
			return false;
	}
	return true;
}

/* The value, terminated for libxml2; empty where XML cannot hold it. */
static const xmlChar *value_of(struct xml *xml, struct str s)
{
	char *value;

	if (!xml_can_hold(s)) {
		xml->refused = s;
		return BAD_CAST "";
	}
	value = arena_alloc(xml->arena, s.n + 1);
	if (s.n)
		memcpy(value, s.p, s.n);
	return BAD_CAST value;
}

void xml_attr(struct xml *xml, const char *name, struct str value)
{
	note(xml,
	     libxml2.xmlTextWriterWriteAttribute(xml->writer, BAD_CAST name, value_of(xml, value)));
}

static void open_element(struct xml *xml, const char *element, va_list args)
{
	const char *name;

	note(xml, libxml2.xmlTextWriterStartElement(xml->writer, BAD_CAST element));
	xml->depth++;
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
	xml_attr(xml, name, arena_vprintf(xml->arena, format, args));
	va_end(args);
}

void xml_text(struct xml *xml, struct str text)
{
	note(xml, libxml2.xmlTextWriterWriteString(xml->writer, value_of(xml, text)));
}

void xml_textf(struct xml *xml, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	xml_text(xml, arena_vprintf(xml->arena, format, args));
	va_end(args);
}

void xml_close(struct xml *xml)
{
	assert(xml->depth);
	xml->depth--;
	note(xml, libxml2.xmlTextWriterEndElement(xml->writer));
}

bool xml_end(struct xml *xml, struct buffer *out, struct str *error)
{
	assert(!xml->depth);
	note(xml, libxml2.xmlTextWriterEndDocument(xml->writer));
	libxml2.xmlFreeTextWriter(xml->writer); /* which writes what it still holds */
	if (xml->refused.p)
		*error = arena_printf(xml->arena, "XML cannot hold '%.*s'", STR_ARG(xml->refused));
	else if (xml->failed)
		*error = STR("libxml2 cannot write the XML");
	else
		buffer_add(out, (struct str){(const char *)libxml2.xmlBufferContent(xml->text),
					     (size_t)libxml2.xmlBufferLength(xml->text)});
	libxml2.xmlBufferFree(xml->text);
	return !xml->refused.p && !xml->failed;
}
