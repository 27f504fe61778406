/* The scalar half of the decoder: turns a text into a typed value, or a finding. */
#ifndef GPUPLAN_DECODE_SCALAR_H
#define GPUPLAN_DECODE_SCALAR_H

#include "compiler/model/decode.h"

/* Fills the field of a scalar key. False, and reported, if the text is wrong. */
bool decode_scalar(struct decoder *d, const struct key *key, const struct node *node, void *field);
bool decode_text(struct decoder *d, const struct key *key, const struct node *node,
		 struct text *out);

/* The word that the text is, counted from 1, where a key takes words in place of a number or list;
 * 0 for none. */
uint8_t decode_word_of(const struct key *key, struct str s);
bool decode_all_digits(struct str s);
/* "a map", "a list", "a single value" */
const char *decode_kind_name(const struct node *node);
void decode_wrong_type(struct decoder *d, const struct key *key, const struct node *node);
/* Reports a single value that is none of the key's words. */
void decode_wrong_word(struct decoder *d, const struct key *key, const struct node *node);
/* Reports a missing value, at `name` if the value has no place of its own. */
void decode_no_value(struct decoder *d, const struct key *key, const struct node *name,
		     const struct node *value);

#endif
