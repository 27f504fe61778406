/* Words of YAML, recognized without a parser: yaml.c needs the ends of properties, and
 * yaml_context.c reads text that a parser rejects. */
#ifndef GPUPLAN_YAML_WORDS_H
#define GPUPLAN_YAML_WORDS_H

#include "compiler/source/lines.h"

/* A word: offsets of its text without quotes, and of where reading continues. */
struct token {
	size_t start, end, next;
};

/* Unlike strchr, this does not find a NUL. */
bool is_one_of(char c, const char *set);
/* Returns the end of the anchor or tag at `i`, by libyaml's rules. */
size_t skip_property(struct str text, size_t i);
/* True at the dash of a list item. */
bool is_dash(struct str text, size_t i);
/* Reads the word at `i`, which must not be the end of the line. It ends at the colon of a key, a
 * comment or, in a flow collection, at punctuation. An unclosed quote extends to the end of the
 * line. */
struct token read_token(struct str text, size_t i, bool flow);

#endif
