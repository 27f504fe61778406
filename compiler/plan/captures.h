/* A host's captures against its keys.
 *
 *     capture_file.c     from a key to the file: it must lie in the spec's repository
 *     capture_apply.c    the matrix against the host: NVLink edges, NUMA nodes, proven pairs
 *     capture_cliques.c, partition.c
 *                        cliques out of a matrix that is no union of full sets */
#ifndef GPUPLAN_CAPTURES_H
#define GPUPLAN_CAPTURES_H

#include "compiler/capture/capture.h"
#include "compiler/plan/plan.h"

/* What the capture says from `a` to `b`, two GPUs of its host. */
const struct topo_cell *capture_cell(const struct capture *capture, const struct gpu *a,
				     const struct gpu *b);
/* The host's captures prove PCIe P2P between the two, in both directions; where they do not,
 * *why is the cell that says so. The host has captures.p2p_read or captures.p2p_write. */
bool capture_proves(const struct host *host, const struct gpu *a, const struct gpu *b,
		    const struct topo_cell **why);

#endif
