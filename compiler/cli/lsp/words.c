#include "compiler/cli/lsp/words.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

bool is_one_of(char c, const char *set)
{
	return c && strchr(set, c);
}

size_t skip_blanks(const struct line *l, size_t i)
{
	while (i < l->end && is_blank(l->text.p[i]))
		i++;
	return i;
}

bool is_comment(const struct line *l, size_t i)
{
	return i < l->end && l->text.p[i] == '#' && (i == l->start || is_blank(l->text.p[i - 1]));
}

static bool is_quote(char c)
{
	return c == '"' || c == '\'';
}

/* A colon that ends a key. */
static bool is_colon(const struct line *l, size_t i, bool flow)
{
	char next = i + 1 < l->end ? l->text.p[i + 1] : ' ';

	return i < l->end && l->text.p[i] == ':' &&
	       (is_blank(next) || (flow && is_one_of(next, ",[]{}")));
}

/* Past the text in quotes that starts at `i`: at the closing quote, or where the line ends without.
 */
static size_t find_quote(const struct line *l, size_t i)
{
	char quote = l->text.p[i];

	for (i++; i < l->end && l->text.p[i] != quote; i++)
		if (l->text.p[i] == '\\' && quote == '"' && i + 1 < l->end)
			i++;
	return i;
}

/* Where the plain word at `i` ends: at a key's colon, a comment, in a flow at its punctuation. */
static size_t find_end(const struct line *l, size_t i, bool flow)
{
	while (i < l->end && !is_colon(l, i, flow) && !is_comment(l, i) &&
	       !(flow && is_one_of(l->text.p[i], ",[]{}")))
		i++;
	return i;
}

static size_t trim(const struct line *l, size_t start, size_t end)
{
	while (end > start && is_blank(l->text.p[end - 1]))
		end--;
	return end;
}

struct token read_token(const struct line *l, size_t i, bool flow)
{
	struct token t;

	if (is_quote(l->text.p[i])) {
		t.start = i + 1;
		t.end = find_quote(l, i);
		t.next = skip_blanks(l, t.end < l->end ? t.end + 1 : t.end);
	} else {
		t.start = i;
		t.next = find_end(l, i, flow);
		t.end = trim(l, i, t.next);
	}
	return t;
}

size_t skip_properties(const struct line *l, size_t i)
{
	while (i < l->end && (l->text.p[i] == '&' || l->text.p[i] == '!')) {
		while (i < l->end && !is_blank(l->text.p[i]))
			i++;
		i = skip_blanks(l, i);
	}
	return i;
}

bool is_dash(const struct line *l, size_t i)
{
	return i < l->end && l->text.p[i] == '-' && (i + 1 == l->end || is_blank(l->text.p[i + 1]));
}
