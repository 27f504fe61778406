#include "compiler/base/xml_text.h"
#include "compiler/base/visible.h"

#include "compiler/base/utf8.h"

static const char *entity(uint32_t code)
{
	switch (code) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	/* Characters in UTF-8 but not in XML. */
	case 0xfffe:
		return "\\u{fffe}";
	case 0xffff:
		return "\\u{ffff}";
	default:
		return NULL;
	}
}

void xml_escape(struct buffer *out, struct str s)
{
	for (size_t n; s.n; s.p += n, s.n -= n) {
		uint32_t code = 0;
		const char *written;

		n = utf8_character(s, &code);
		written = n ? entity(code) : NULL;
		n = n ? n : 1;
		if (written)
			buffer_puts(out, written);
		else
			text_visible(out, (struct str){s.p, n});
	}
}
