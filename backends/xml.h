/* Writing XML, indented by two.
 *
 *     struct xml *xml = xml_begin(out);
 *     xml_open(xml, "disk", "type", "file", NULL);       // an element with its attributes
 *     xml_attrf(xml, "index", "%u", 3);                  // one more, before anything inside
 *     xml_leaf(xml, "readonly", NULL);                   // an element with nothing inside
 *     xml_text(xml, path);
 *     xml_close(xml);
 *     return xml_end(xml, error);
 *
 * An element holds text or other elements, not both. A value that XML cannot hold is remembered,
 * and reported by xml_end. */
#ifndef GPUPLAN_BACKENDS_XML_H
#define GPUPLAN_BACKENDS_XML_H

#include "compiler/base/buffer.h"

struct xml;

struct xml *xml_begin(struct buffer *out);
/* Attribute names and values in turn, C strings, up to NULL. */
void xml_open(struct xml *xml, const char *element, ...) __attribute__((sentinel));
void xml_leaf(struct xml *xml, const char *element, ...) __attribute__((sentinel));
void xml_attr(struct xml *xml, const char *name, struct str value);
void xml_attrf(struct xml *xml, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void xml_text(struct xml *xml, struct str text);
void xml_textf(struct xml *xml, const char *format, ...) __attribute__((format(printf, 2, 3)));
void xml_close(struct xml *xml);
/* After the last element. False with *error set, and nothing added to `out`, where a value was one
 * that XML cannot hold. */
bool xml_end(struct xml *xml, struct str *error);

#endif
