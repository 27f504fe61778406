/* Hosts, VMs and profiles that are decoded while their file is still being read. */
#ifndef GPUPLAN_DECODE_EARLY_H
#define GPUPLAN_DECODE_EARLY_H

#include "compiler/model/decode.h"

/* One entry of a map of names, which `key` has; false: it has no name that it could have. */
bool decode_named_entry(struct decoder *d, const struct key *key, node_id name, node_id value,
			struct named_spec *out);

/* The entry that NODE_TAKEN names: it counts, and what is wrong with it is reported now. Returns
 * what decode_named_entry said of it. */
bool decode_taken(struct decoder *d, uint32_t taken, struct named_spec **out);

#endif
