#include "compiler/source/yaml_write.h"
#include "compiler/base/visible.h"

#include <strings.h>

#include "compiler/base/utf8.h"

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* What YAML 1.1 reads as a boolean or null. */
static bool is_word(struct str s)
{
	static const char *const words[] = {"y",   "n",	   "yes",   "no",  "on",
					    "off", "true", "false", "null"};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (s.n == strlen(words[i]) && strncasecmp(s.p, words[i], s.n) == 0)
			return true;
	return false;
}

/* Starts with a letter, or is a version of three numbers: no reader takes it for anything else. */
static bool is_plain(struct str s)
{
	uint32_t dots = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (!is_letter(s.p[i]) && !is_digit(s.p[i]) && !memchr("._-/+", s.p[i], 5))
			return false;
		dots += s.p[i] == '.';
	}
	return s.n && !is_word(s) && (is_letter(s.p[0]) || (is_digit(s.p[0]) && dots >= 2));
}

static void write_quoted(struct buffer *out, struct str s)
{
	buffer_puts(out, "\"");
	while (s.n) {
		uint32_t code = 0xfffd;
		size_t n = utf8_character(s, &code);

		if (code == '"' || code == '\\')
			buffer_printf(out, "\\%c", (int)code);
		else if (code >= 0x20 && code < 0x7f)
			buffer_add(out, (struct str){s.p, 1});
		else
			buffer_printf(out, "\\U%08X", n ? code : 0xfffd);
		n = n ? n : 1;
		s.p += n;
		s.n -= n;
	}
	buffer_puts(out, "\"");
}

void yaml_write_text(struct buffer *out, struct str s)
{
	if (is_plain(s))
		buffer_add(out, s);
	else
		write_quoted(out, s);
}

enum { COMMENT_WIDTH = 110 }; /* bytes of text in a line */

/* Up to the last blank within the width, or the whole word where there is none. */
static size_t line_length(struct str s)
{
	size_t n = COMMENT_WIDTH;

	if (s.n <= COMMENT_WIDTH)
		return s.n;
	while (n > 0 && s.p[n] != ' ')
		n--;
	if (n == 0)
		while (n < s.n && s.p[n] != ' ')
			n++;
	return n;
}

void yaml_write_comment(struct buffer *out, const char *indent, const char *format, ...)
{
	struct buffer visible;
	struct str rest;
	va_list args;

	buffer_init(&visible, out->arena);
	va_start(args, format);
	text_visible(&visible, arena_vprintf(out->arena, format, args));
	va_end(args);
	rest = buffer_text(&visible);
	while (rest.n) {
		size_t n = line_length(rest);

		buffer_printf(out, "%s# %.*s\n", indent, (int)n, rest.p);
		n += n < rest.n;
		rest.p += n;
		rest.n -= n;
	}
}
