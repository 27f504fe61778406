/* Text in XML that is written by hand, where no library is worth loading. */
#ifndef GPUPLAN_XML_TEXT_H
#define GPUPLAN_XML_TEXT_H

#include "compiler/base/buffer.h"

/* The text as content or as an attribute in double quotes. What XML 1.0 cannot hold, what is no
 * UTF-8 and what could deceive a reader is shown as an escape, as on a terminal: `\x1b`. */
void xml_escape(struct buffer *out, struct str s);

#endif
