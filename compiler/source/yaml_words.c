#include "compiler/source/yaml_words.h"

bool is_one_of(char c, const char *set)
{
	return c && strchr(set, c);
}

/* A verbatim tag such as `!<tag:yaml.org,2002:str>` may contain characters that end other tags. */
size_t skip_property(struct str text, size_t i)
{
	static const char name[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
	bool anchor = text.p[i] == '&';
	bool verbatim = !anchor && i + 1 < text.n && text.p[i + 1] == '<';
	const char *stop = verbatim ? ">\r\n" : " \t\r\n,[]{}";

	for (i++; i < text.n; i++)
		if (anchor ? !is_one_of(text.p[i], name) : is_one_of(text.p[i], stop))
			break;
	return verbatim && i < text.n && text.p[i] == '>' ? i + 1 : i;
}

/* True at a blank, at a line end and at the end of the text. */
static bool ends_word(struct str text, size_t i)
{
	return i >= text.n || is_blank(text.p[i]) || is_line_end(text.p[i]);
}

bool is_dash(struct str text, size_t i)
{
	return i < text.n && text.p[i] == '-' && ends_word(text, i + 1);
}

/* True at a colon that ends a key. */
static bool is_colon(struct str text, size_t i, bool flow)
{
	return text.p[i] == ':' &&
	       (ends_word(text, i + 1) || (flow && is_one_of(text.p[i + 1], ",[]{}")));
}

/* The offset of the quote that closes the one at `i`, or the end of the line. */
static size_t find_quote(struct str text, size_t i)
{
	size_t end = line_end(text, i);
	char quote = text.p[i];

	for (i++; i < end && text.p[i] != quote; i++)
		if (text.p[i] == '\\' && quote == '"' && i + 1 < end)
			i++;
	return i;
}

struct token read_token(struct str text, size_t i, bool flow)
{
	size_t start = i, line = line_end(text, i);

	if (text.p[i] == '"' || text.p[i] == '\'') {
		i = find_quote(text, i);
		return (struct token){start + 1, i, skip_blanks(text, i < line ? i + 1 : i)};
	}
	while (i < line && !is_colon(text, i, flow) && !is_comment(text, i) &&
	       !(flow && is_one_of(text.p[i], ",[]{}")))
		i++;
	return (struct token){start, skip_blanks_back(text, start, i), i};
}
