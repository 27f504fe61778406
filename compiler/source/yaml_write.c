#include "compiler/source/yaml_write.h"

#include <strings.h>

#include "compiler/base/utf8.h"
#include "compiler/base/visible.h"

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* True for words that YAML 1.1 reads as a boolean or null. */
static bool is_word(struct str s)
{
	static const char *const words[] = {"y",   "n",	   "yes",   "no",  "on",
					    "off", "true", "false", "null"};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (s.n == strlen(words[i]) && strncasecmp(s.p, words[i], s.n) == 0)
			return true;
	return false;
}

/* True if every YAML reader takes `s` for a scalar without quotes. With `text`, it must not look
 * like a number or boolean either: it starts with a letter, or is a version of three numbers. */
static bool is_plain(struct str s, bool text)
{
	uint32_t dots = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (!is_letter(s.p[i]) && !is_digit(s.p[i]) && !memchr(" ._-/+", s.p[i], 6))
			return false;
		dots += s.p[i] == '.';
	}
	if (s.n == 0 || s.p[s.n - 1] == ' ')
		return false;
	if (is_letter(s.p[0]))
		return !text || !is_word(s);
	return is_digit(s.p[0]) && (!text || dots >= 2);
}

/* Decodes the first character of `s`, of `*n` bytes. False if it needs an escape. */
static bool is_shown(struct str s, size_t *n, uint32_t *code)
{
	*n = utf8_character(s, code);
	if (*n)
		return !text_is_hostile(*code);
	*n = 1;
	*code = 0xfffd;
	return false;
}

bool yaml_needs_escapes(struct str s)
{
	uint32_t code;
	size_t n;

	for (; s.n; s.p += n, s.n -= n)
		if (!is_shown(s, &n, &code))
			return true;
	return false;
}

struct str yaml_escape(struct arena *arena, struct str s, char quote)
{
	struct buffer out;
	uint32_t code;
	size_t n;

	buffer_init(&out, arena);
	for (; s.n; s.p += n, s.n -= n) {
		bool shown = is_shown(s, &n, &code);

		if (quote == '"' && !shown) {
			buffer_printf(&out, code < 0x100 ? "\\x%02X" : "\\U%08X", code);
			continue;
		}
		if (quote == '\'' ? code == '\'' : code == '"' || code == '\\')
			buffer_puts(&out, quote == '\'' ? "'" : "\\");
		buffer_add(&out, (struct str){s.p, n});
	}
	return buffer_text(&out);
}

static struct str quoted(struct arena *arena, struct str s, char quote)
{
	return arena_printf(arena, "%c%.*s%c", quote, STR_ARG(yaml_escape(arena, s, quote)), quote);
}

struct str yaml_scalar(struct arena *arena, struct str value, char quote)
{
	if (!quote && is_plain(value, false))
		return value;
	return quoted(arena, value, !quote || yaml_needs_escapes(value) ? '"' : quote);
}

void yaml_write_text(struct buffer *out, struct str s)
{
	buffer_add(out, is_plain(s, true) ? s : quoted(out->arena, s, '"'));
}

enum { COMMENT_WIDTH = 110 }; /* bytes of text per line */

/* The length up to the last blank within the width, or up to the first blank behind it. */
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
