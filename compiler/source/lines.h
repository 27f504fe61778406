/* Lines, blanks and comments of a text, for all readers and editors of YAML.
 *
 * A line ends with LF, CR LF or CR; blanks are spaces and tabs. Offsets are in bytes. The last line
 * ends at the length of the text. */
#ifndef GPUPLAN_LINES_H
#define GPUPLAN_LINES_H

#include "compiler/base/str.h"

static inline bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static inline bool is_line_end(char c)
{
	return c == '\n' || c == '\r';
}

/* The start of the line that `i` is on. */
static inline size_t line_start(struct str text, size_t i)
{
	while (i > 0 && !is_line_end(text.p[i - 1]))
		i--;
	return i;
}

/* The end of that line, before its line end. */
static inline size_t line_end(struct str text, size_t i)
{
	while (i < text.n && !is_line_end(text.p[i]))
		i++;
	return i;
}

/* The offset behind the line end at `i`, or `i` if there is none. */
static inline size_t past_line_end(struct str text, size_t i)
{
	if (i < text.n && text.p[i] == '\r')
		return i + 1 < text.n && text.p[i + 1] == '\n' ? i + 2 : i + 1;
	return i < text.n && text.p[i] == '\n' ? i + 1 : i;
}

static inline size_t skip_blanks(struct str text, size_t i)
{
	while (i < text.n && is_blank(text.p[i]))
		i++;
	return i;
}

/* Skips blanks backwards from `i`, but not before `start`. */
static inline size_t skip_blanks_back(struct str text, size_t start, size_t i)
{
	while (i > start && is_blank(text.p[i - 1]))
		i--;
	return i;
}

static inline struct str trim_blanks(struct str s)
{
	size_t start = skip_blanks(s, 0), end = skip_blanks_back(s, start, s.n);

	return (struct str){s.p + start, end - start};
}

/* True if the text starts with a byte order mark, which has three bytes. */
static inline bool has_mark(struct str text)
{
	return text.n >= 3 && memcmp(text.p, "\xef\xbb\xbf", 3) == 0;
}

/* True if a comment starts at `i`, provided that `i` is not within a scalar. */
static inline bool is_comment(struct str text, size_t i)
{
	return i < text.n && text.p[i] == '#' &&
	       (i == 0 || is_blank(text.p[i - 1]) || is_line_end(text.p[i - 1]) ||
		(i == 3 && has_mark(text)));
}

/* Skips blanks, line ends and comments. Any `#` starts a comment here, whatever precedes it. */
static inline size_t skip_space(struct str text, size_t i)
{
	for (; i < text.n; i++)
		if (text.p[i] == '#')
			i = line_end(text, i) - 1;
		else if (!is_blank(text.p[i]) && !is_line_end(text.p[i]))
			break;
	return i;
}

#endif
