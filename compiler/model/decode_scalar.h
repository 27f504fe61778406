/* The scalar half of the decoder: one text becomes one typed value, or a finding. */
#ifndef GPUPLAN_DECODE_SCALAR_H
#define GPUPLAN_DECODE_SCALAR_H

#include "compiler/model/decode.h"

/* Fills the field of a scalar key; false when the text was wrong, which has been reported then. */
bool decode_scalar(struct decoder *d, const struct key *key, const struct node *node, void *field);
bool decode_text(struct decoder *d, const struct key *key, const struct node *node,
		 struct text *out);

/* The words that may stand in place of a number or list, counted from 1; 0 for none of them. */
uint8_t decode_word_of(const struct key *key, struct str s);
bool decode_all_digits(struct str s);
/* "a map", "a list", "a single value" */
const char *decode_kind_name(const struct node *node);
void decode_wrong_type(struct decoder *d, const struct key *key, const struct node *node);
/* A single value that is none of the key's words. */
void decode_wrong_word(struct decoder *d, const struct key *key, const struct node *node);
/* Nothing where a value should be; reported at `name` where it has no place of its own. */
void decode_no_value(struct decoder *d, const struct key *key, const struct node *name,
		     const struct node *value);

#endif
