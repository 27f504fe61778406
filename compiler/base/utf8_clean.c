/* Separate from utf8.c, which the wrapper also uses: the wrapper has no arena. */
#include "compiler/base/buffer.h"
#include "compiler/base/utf8.h"

struct str utf8_clean(struct arena *arena, struct str s)
{
	struct buffer out;
	size_t good = 0, n;
	uint32_t code;

	while (good < s.n && (n = utf8_character((struct str){s.p + good, s.n - good}, &code)))
		good += n;
	if (good == s.n)
		return s;
	buffer_init(&out, arena);
	for (; s.n; s.p += n, s.n -= n) {
		n = utf8_character(s, &code);
		buffer_add(&out, n ? (struct str){s.p, n} : STR("\xef\xbf\xbd"));
		n = n ? n : 1;
	}
	return buffer_text(&out);
}
