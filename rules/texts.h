/* Pieces of messages. */
#ifndef GPUPLAN_RULES_TEXTS_H
#define GPUPLAN_RULES_TEXTS_H

#include "compiler/finding/rule.h"
#include "compiler/plan/plan.h"

/* " and 2 more", or nothing. */
const char *and_more(struct judge *judge, uint32_t more);
/* A size as a spec writes it: `512GiB`. */
struct str size_key(struct judge *judge, uint64_t bytes);

#endif
