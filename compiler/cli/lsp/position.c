#include "compiler/cli/lsp/position.h"

#include "compiler/base/utf8.h"
#include "compiler/source/lines.h"

static const char *const names[] = {
	[ENCODING_UTF16] = "utf-16",
	[ENCODING_UTF8] = "utf-8",
	[ENCODING_UTF32] = "utf-32",
};

const char *encoding_name(enum encoding encoding)
{
	return names[encoding];
}

bool encoding_parse(struct str name, enum encoding *out)
{
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (!str_is(name, names[i]))
			continue;
		*out = (enum encoding)i;
		return true;
	}
	return false;
}

/* The length in bytes of the first character of a text that is not empty, and its units. */
static size_t next_character(struct str text, enum encoding encoding, uint32_t *units)
{
	uint32_t code = 0;
	size_t n = (unsigned char)*text.p < 0x80 ? 1 : utf8_character(text, &code);

	*units = 1;
	if (n == 0)
		return 1;
	if (encoding == ENCODING_UTF8)
		*units = (uint32_t)n;
	else if (encoding == ENCODING_UTF16 && n == 4)
		*units = 2;
	return n;
}

uint32_t count_units(struct str text, enum encoding encoding)
{
	uint32_t all = 0, units;

	for (size_t i = 0; i < text.n; all += units)
		i += next_character((struct str){text.p + i, text.n - i}, encoding, &units);
	return all;
}

/* The start of the line after that of `i`; the text's end where there is none. */
static size_t next_line(struct str text, size_t i)
{
	return past_line_end(text, line_end(text, i));
}

size_t offset_of_position(struct str text, enum encoding encoding, uint32_t line,
			  uint32_t character)
{
	size_t i = 0;

	for (; line > 0; line--) {
		size_t next = next_line(text, i);

		if (next == text.n && (next == i || !is_line_end(text.p[next - 1])))
			return text.n;
		i = next;
	}
	while (i < text.n && !is_line_end(text.p[i]) && character > 0) {
		uint32_t units;
		size_t n = next_character((struct str){text.p + i, text.n - i}, encoding, &units);

		if (units > character)
			break;
		character -= units;
		i += n;
	}
	return i;
}

struct json *position_of_offset(struct arena *arena, struct str text, enum encoding encoding,
				size_t offset)
{
	uint32_t line = 0;
	size_t start = 0;

	for (;;) {
		size_t next = next_line(text, start);

		if (next > offset || next == start || !is_line_end(text.p[next - 1]))
			break;
		start = next;
		line++;
	}
	return json_position(arena, line,
			     count_units((struct str){text.p + start, offset - start}, encoding));
}

struct json *range_of_offsets(struct arena *arena, struct str text, enum encoding encoding,
			      size_t start, size_t end)
{
	struct json *o = json_map(arena);

	json_put(o, "start", position_of_offset(arena, text, encoding, start));
	json_put(o, "end", position_of_offset(arena, text, encoding, end));
	return o;
}

/* Does not count from the line's start: a file may be one line of 64 MiB. */
static struct json *position_of(struct arena *arena, struct position p, enum encoding encoding,
				bool mark)
{
	uint32_t character = p.column - 1, own = 1;

	if (encoding == ENCODING_UTF16)
		character += p.wide;
	if (encoding == ENCODING_UTF8) {
		character = p.bytes;
		own = 3;
	}
	/* The mark is the first character of the client's text. */
	if (mark && p.line == 1)
		character += own;
	return json_position(arena, p.line - 1, character);
}

struct json *range_of_span(struct arena *arena, const struct sources *sources,
			   enum encoding encoding, struct span span, bool mark)
{
	struct json *o = json_map(arena);

	json_put(o, "start", position_of(arena, span_start(sources, span), encoding, mark));
	json_put(o, "end", position_of(arena, span_stop(sources, span), encoding, mark));
	return o;
}
