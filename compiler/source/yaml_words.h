/* The words of YAML, told without a parser: yaml.c asks where a property ends, and yaml_context.c
 * reads text in which a parser gives up. */
#ifndef GPUPLAN_YAML_WORDS_H
#define GPUPLAN_YAML_WORDS_H

#include "compiler/source/lines.h"

/* A word: its text without quotes, and where the reader continues. */
struct token {
	size_t start, end, next;
};

/* As strchr, which would find the NUL behind the set. */
bool is_one_of(char c, const char *set);
/* The end of the anchor or tag at `i`, as libyaml sees it. */
size_t skip_property(struct str text, size_t i);
/* The dash of a list's item. */
bool is_dash(struct str text, size_t i);
/* The word at `i`, where the line does not end: up to the colon of a key, a comment, in a flow
 * collection its punctuation. A quote that is not closed reaches to the end of the line. */
struct token read_token(struct str text, size_t i, bool flow);

#endif
