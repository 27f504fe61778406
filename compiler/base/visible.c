#include "compiler/base/visible.h"

#include "compiler/base/utf8.h"

bool text_is_hostile(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x200e || code == 0x200f ||
	       (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069) ||
	       code == 0x061c || code == 0xfeff;
}

void text_visible(struct buffer *out, struct str s)
{
	while (s.n) {
		uint32_t code = 0;
		size_t n = utf8_character(s, &code);

		if (n == 0)
			buffer_printf(out, "\\x%02x", (unsigned char)s.p[0]);
		else if (text_is_hostile(code))
			buffer_printf(out, code < 0x80 ? "\\x%02x" : "\\u{%x}", code);
		else
			buffer_add(out, (struct str){s.p, n});
		n = n ? n : 1;
		s.p += n;
		s.n -= n;
	}
}

const char *text_quote(struct arena *arena, struct str s)
{
	enum { LONGEST = 80 };
	size_t n = s.n, used = 0;
	char *quoted;

	if (n > LONGEST) {
		n = LONGEST;
		/* Do not cut within a character. */
		while (n > 0 && ((unsigned char)s.p[n] & 0xc0) == 0x80)
			n--;
	}
	quoted = arena_alloc(arena, 2 * n + sizeof "…");
	for (size_t i = 0; i < n; i++) {
		if (s.p[i] == '\0')
			quoted[used++] = '\\';
		quoted[used++] = s.p[i] ? s.p[i] : '0';
	}
	if (n < s.n)
		memcpy(quoted + used, "…", sizeof "…");
	return quoted;
}
