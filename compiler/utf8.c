#include "compiler/utf8.h"

#include "compiler/buffer.h"

size_t utf8_character(struct str s, uint32_t *code)
{
	static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned char c = s.n ? (unsigned char)*s.p : 0xff;
	size_t n = c < 0x80 ? 1 : c < 0xc2 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 0;
	uint32_t u = n == 1 ? c : c & (0x7fU >> n);

	if (n == 0 || n > s.n)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if (((unsigned char)s.p[i] & 0xc0) != 0x80)
			return 0;
		u = u << 6 | ((unsigned char)s.p[i] & 0x3f);
	}
	if (u < smallest[n] || u > 0x10ffff || (u >= 0xd800 && u <= 0xdfff))
		return 0;
	*code = u;
	return n;
}

struct str utf8_valid(struct arena *arena, struct str s)
{
	struct buffer out;
	size_t good = 0;
	uint32_t code;

	while (good < s.n) {
		size_t n = utf8_character((struct str){s.p + good, s.n - good}, &code);

		if (n == 0)
			break;
		good += n;
	}
	if (good == s.n)
		return s;
	buffer_init(&out, arena);
	while (s.n) {
		size_t n = utf8_character(s, &code);

		buffer_add(&out, n ? (struct str){s.p, n} : STR("\xef\xbf\xbd"));
		n = n ? n : 1;
		s.p += n;
		s.n -= n;
	}
	return buffer_text(&out);
}
