/* Cliques out of a matrix of OK pairs.
 *
 * A GPU has one clique, so the cliques are a partition of the GPUs into sets where every pair is
 * OK. OK is not transitive: where the matrix is no union of full sets, a choice is to be made. */
#ifndef GPUPLAN_PARTITION_H
#define GPUPLAN_PARTITION_H

#include "compiler/plan/plan.h"

/* The GPUs of a VM that wants P2P. */
struct wanted_gpus {
	gpu_mask gpus;
	bool group; /* each needs a partner only (p2p_scope: group) */
};

/* `ok[i]`: the GPUs that GPU i is OK with, in both directions. Fills `sets` (MAX_GPUS) with a
 * partition of all `n`, in the order of their lowest GPUs, and returns how many there are:
 *
 * 1. the GPUs of a VM stay together where all are OK with each other; of VMs that share GPUs and
 *    cannot all be served, the first;
 * 2. then the fewest GPUs of `group` VMs without a partner, then the fewest sets, then the most OK
 *    pairs inside sets, then low GPUs together.
 *
 * Exact where at most 16 things (GPUs, or sets kept together) hang together; greedy beyond. */
uint32_t partition_gpus(uint32_t n, const gpu_mask *ok, const struct wanted_gpus *wanted,
			uint32_t n_wanted, gpu_mask *sets);

#endif
