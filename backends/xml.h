/* Writing XML: a thin layer over libxml2's text writer, which does the escaping.
 *
 *     struct xml *xml = xml_begin(out->arena, error);    // NULL with *error set
 *     xml_open(xml, "disk", "type", "file", NULL);       // an element with its attributes
 *     xml_attrf(xml, "index", "%u", 3);                  // one more, before anything inside
 *     xml_leaf(xml, "readonly", NULL);                   // an element with nothing inside
 *     xml_text(xml, path);
 *     xml_close(xml);
 *     return xml_end(xml, out, error);
 *
 * Whatever goes wrong on the way is kept and told by xml_end. The text is indented by two.
 *
 * libxml2 is loaded at the first xml_begin: its start-up costs more than linting a small plan, and
 * `lint` never writes XML. */
#ifndef GPUPLAN_BACKENDS_XML_H
#define GPUPLAN_BACKENDS_XML_H

#include "compiler/base/buffer.h"

struct xml;

/* NULL with *error set where libxml2 is missing. */
struct xml *xml_begin(struct arena *arena, struct str *error);
/* Attribute names and values in turn, C strings, up to NULL. */
void xml_open(struct xml *xml, const char *element, ...) __attribute__((sentinel));
void xml_leaf(struct xml *xml, const char *element, ...) __attribute__((sentinel));
void xml_attr(struct xml *xml, const char *name, struct str value);
void xml_attrf(struct xml *xml, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void xml_text(struct xml *xml, struct str text);
void xml_textf(struct xml *xml, const char *format, ...) __attribute__((format(printf, 2, 3)));
void xml_close(struct xml *xml);
/* Appends the text to `out` and ends the writer; false with *error set. */
bool xml_end(struct xml *xml, struct buffer *out, struct str *error);

#endif
