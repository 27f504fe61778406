/* The words of one line of YAML, as far as they can be told: for context.c. */
#ifndef GPUPLAN_LSP_WORDS_H
#define GPUPLAN_LSP_WORDS_H

#include "compiler/base/str.h"

/* A line of a text: offsets into it, `end` before the line end. */
struct line {
	struct str text;
	size_t start, end;
};

/* A word: what it says without its quotes, and where the reader goes on. */
struct token {
	size_t start, end, next;
};

/* As strchr, which would find the NUL behind the set. */
bool is_one_of(char c, const char *set);
size_t skip_blanks(const struct line *l, size_t i);
/* Past `&anchor` and `!tag` before a value. */
size_t skip_properties(const struct line *l, size_t i);
/* A comment starts at `i`. */
bool is_comment(const struct line *l, size_t i);
/* The dash of a list's item. */
bool is_dash(const struct line *l, size_t i);
/* The word at `i`, which is before the line's end: up to the colon of a key, a comment, in a flow
 * collection its punctuation. A quote that is not closed reaches to the end of the line. */
struct token read_token(const struct line *l, size_t i, bool flow);

#endif
