#include "compiler/finding/edit.h"

#include <ctype.h>

#include "compiler/source/lines.h"
#include "compiler/source/yaml_write.h"

/* --- scalars --- */

/* The text of a block scalar, without its indentation and its header, which may hold a comment. */
static struct span block_text(struct str old, struct span at)
{
	size_t i = line_end(old, 0);

	while (i < old.n && isspace((unsigned char)old.p[i]))
		i++;
	return (struct span){at.at + (uint32_t)i, at.len - (uint32_t)i};
}

struct edit edit_value(struct arena *arena, const struct sources *sources, struct span at,
		       struct str value)
{
	struct str old = span_text(sources, at);
	char first = old.n ? *old.p : '\0';
	bool quoted = old.n >= 2 && (first == '"' || first == '\'');

	if (quoted && !yaml_needs_escapes(value))
		return (struct edit){{at.at + 1, at.len - 2}, yaml_escape(arena, value, first)};
	if (!yaml_needs_escapes(value) && (first == '|' || first == '>'))
		return (struct edit){block_text(old, at), value};
	return (struct edit){at, yaml_scalar(arena, value, quoted ? first : '\0')};
}

/* --- entries --- */

/* True where the section is a flow map: a brace follows the colon of its name. */
static bool is_flow(const struct sources *sources, const struct named_spec *section)
{
	struct str s = span_text(sources, section->at);
	size_t i = skip_space(s, section->name.at.len);

	if (i < s.n && s.p[i] == ':')
		i = skip_space(s, i + 1);
	return i < s.n && s.p[i] == '{';
}

/* Skips blanks and line ends backwards. */
static size_t skip_space_back(struct str text, size_t i)
{
	while (i > 0 && (is_blank(text.p[i - 1]) || is_line_end(text.p[i - 1])))
		i--;
	return i;
}

/* The start of the comment that ends at `i`, a line's end; `i` if there is none. */
static size_t comment_before(struct str text, size_t i)
{
	for (size_t hash = line_start(text, i); hash < i; hash++)
		if (is_comment(text, hash))
			return hash;
	return i;
}

/* Finds the start of the `key:` that ends at `i`, quotes included. False if something else ends
 * there. */
static bool key_before(struct str text, size_t i, const char *key, size_t *start, char *quote)
{
	size_t n = strlen(key);

	if (i == 0 || text.p[--i] != ':')
		return false;
	i = skip_blanks_back(text, 0, i);
	*quote = i > 0 && (text.p[i - 1] == '"' || text.p[i - 1] == '\'') ? text.p[i - 1] : '\0';
	i -= *quote != '\0';
	if (i < n || memcmp(text.p + i - n, key, n) != 0)
		return false;
	i -= n;
	if (*quote && (i == 0 || text.p[--i] != *quote))
		return false;
	*start = i;
	return true;
}

/* Finds the start of the key whose value is at `value`. Comments may stand between the two. */
static bool find_key(struct str text, size_t value, const char *key, size_t *start, char *quote)
{
	size_t i = skip_space_back(text, value), comment;

	while (!key_before(text, i, key, start, quote)) {
		comment = comment_before(text, i);
		if (comment == i)
			return false;
		i = skip_space_back(text, comment);
	}
	return true;
}

/* Counts the blanks before `at` on its line. False if anything else precedes it. */
static bool indentation(struct str text, size_t at, size_t *out)
{
	size_t i = at;

	while (i > 0 && text.p[i - 1] == ' ')
		i--;
	*out = at - i;
	return i == 0 || is_line_end(text.p[i - 1]);
}

/* Finds the end of the line of `at`. False if more than blanks and a comment follows. */
static bool end_of_line(struct str text, size_t at, size_t *out)
{
	at = skip_blanks(text, at);
	if (at < text.n && text.p[at] == '#')
		at = line_end(text, at);
	*out = at;
	return at == text.n || is_line_end(text.p[at]);
}

/* The line end at `at`. A last line without one takes the previous line's. */
static struct str line_end_at(struct str text, size_t at)
{
	if (at == text.n) {
		at = line_start(text, at);
		at -= at >= 2 && text.p[at - 1] == '\n' && text.p[at - 2] == '\r' ? 2 : at > 0;
	}
	if (at == text.n || text.p[at] == '\n')
		return STR("\n");
	return at + 1 < text.n && text.p[at + 1] == '\n' ? STR("\r\n") : STR("\r");
}

/* `key: value`, with the key quoted as its neighbours are: JSON quotes every key. */
static struct str entry_text(struct arena *arena, struct entry entry, char quote)
{
	bool literal = entry.is_map || str_is(entry.value, "true") || str_is(entry.value, "false");
	struct str value = literal ? entry.value : yaml_scalar(arena, entry.value, quote);

	return quote ? arena_printf(arena, "%c%s%c: %.*s", quote, entry.key, quote, STR_ARG(value))
		     : arena_printf(arena, "%s: %.*s", entry.key, STR_ARG(value));
}

bool edit_insert(struct arena *arena, const struct sources *sources, struct anchor anchor,
		 struct entry entry, struct edit *out)
{
	const struct source *source = source_of(sources, anchor.at);
	struct str text = source->text, added;
	size_t start = anchor.at.at - source->base, end = start + anchor.at.len, indent;
	char quote;

	if (!find_key(text, start, anchor.key, &start, &quote))
		return false;
	added = entry_text(arena, entry, quote);
	if (is_flow(sources, anchor.section))
		added = arena_printf(arena, ", %.*s", STR_ARG(added));
	else if (indentation(text, start, &indent) && end_of_line(text, end, &end))
		added = arena_printf(arena, "%.*s%*s%.*s", STR_ARG(line_end_at(text, end)),
				     (int)indent, "", STR_ARG(added));
	else
		return false;
	*out = (struct edit){{source->base + (uint32_t)end, 0}, added};
	return true;
}
