/* Guesses what a wrong value was meant to be, for a help line that is better than a list of what
 * the key takes. */
#ifndef GPUPLAN_DECODE_MEANT_H
#define GPUPLAN_DECODE_MEANT_H

#include "compiler/model/decode.h"

/* For a text that the key does not take. */
void help_value(struct decoder *d, const struct key *key, struct finding *f, struct str s);
/* For a map, a list or a single value where the key takes another of the three. */
void help_shape(struct decoder *d, const struct key *key, struct finding *f,
		const struct node *node);

#endif
