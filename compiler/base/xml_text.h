/* Escapes text for XML that is written without a library. */
#ifndef GPUPLAN_XML_TEXT_H
#define GPUPLAN_XML_TEXT_H

#include "compiler/base/buffer.h"

/* Appends the text as content or as an attribute in double quotes. Characters that XML 1.0 cannot
 * hold, invalid UTF-8 and hostile characters become escapes such as `\x1b`, as on a terminal. */
void xml_escape(struct buffer *out, struct str s);

#endif
