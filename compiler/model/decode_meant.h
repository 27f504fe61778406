/* What was most likely meant by a value that is wrong: a help line for its finding, where there is
 * one that is better than what the key takes. */
#ifndef GPUPLAN_DECODE_MEANT_H
#define GPUPLAN_DECODE_MEANT_H

#include "compiler/model/decode.h"

/* The text is none of the key's values. */
void help_value(struct decoder *d, const struct key *key, struct finding *f, struct str s);
/* A map, a list or a single value stands where the key takes another of the three. */
void help_shape(struct decoder *d, const struct key *key, struct finding *f,
		const struct node *node);

#endif
