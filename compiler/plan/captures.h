/* The captures of a host and what they prove.
 *
 *     capture_file.c   reads the file that a key names, within the spec's repository
 *     capture_apply.c  applies the matrix to the host: NVLink edges, NUMA nodes, proven pairs
 *     capture_cliques.c, partition.c
 *                      derives cliques from a matrix in which OK is not transitive */
#ifndef GPUPLAN_CAPTURES_H
#define GPUPLAN_CAPTURES_H

#include "compiler/capture/capture.h"
#include "compiler/plan/plan.h"

/* The cell of the capture from `a` to `b`, two GPUs of its host. */
const struct topo_cell *capture_cell(const struct capture *capture, const struct gpu *a,
				     const struct gpu *b);
/* True if the host's captures prove PCIe P2P between the two GPUs in both directions. Otherwise
 * *why is the cell that contradicts. The host must have captures.p2p_read or captures.p2p_write. */
bool capture_proves(const struct host *host, const struct gpu *a, const struct gpu *b,
		    const struct topo_cell **why);

#endif
