/* Derives cliques from a matrix of OK pairs.
 *
 * A GPU has one clique, so cliques are a partition of the GPUs into sets in which every pair is OK.
 * OK is not transitive, so there may be several such partitions to choose from. */
#ifndef GPUPLAN_PARTITION_H
#define GPUPLAN_PARTITION_H

#include "compiler/plan/plan.h"

/* The GPUs of a VM that wants P2P. */
struct wanted_gpus {
	gpu_mask gpus;
	bool group; /* each GPU only needs one partner (p2p_scope: group) */
};

/* `ok[i]`: the GPUs that GPU i is OK with, in both directions. Fills `sets` (MAX_GPUS) with a
 * partition of all `n` GPUs, ordered by their lowest GPU, and returns the number of sets.
 * Preferences:
 *
 * 1. The GPUs of a VM stay together if all are OK with each other. Of VMs that share GPUs and
 * cannot all be served, the first one is.
 * 2. Then the fewest GPUs of `group` VMs without a partner, the fewest sets, the most OK pairs
 * within sets, and low GPUs together.
 *
 * Exact for connected components of at most 16 nodes (GPUs, or sets that stay together); greedy for
 * larger ones. */
uint32_t partition_gpus(uint32_t n, const gpu_mask *ok, const struct wanted_gpus *wanted,
			uint32_t n_wanted, gpu_mask *sets);

#endif
