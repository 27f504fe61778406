/* `gpuplan import topo`: from captures to the keys of a host that say the same.
 *
 *     groups.c  NVLink edges and OK pairs as groups of GPUs
 *     import.c  the YAML
 *
 * GPUn is called gn. What cannot be trusted gives nothing, as with the key `captures`. */
#ifndef GPUPLAN_IMPORT_H
#define GPUPLAN_IMPORT_H

#include "compiler/capture/capture.h"
#include "compiler/model/encode.h"
#include "compiler/plan/plan.h"

/* GPUs of which NVLink joins every two. */
struct link_group {
	gpu_mask gpus;
	uint32_t links; /* between any two of them */
};

enum { MAX_LINK_GROUPS = MAX_GPUS * (MAX_GPUS - 1) / 2 };

/* Fills `groups` (MAX_LINK_GROUPS) with groups that cover exactly the capture's NVLink pairs, each
 * with its number of links and none redundant: more links first, then in the order of their GPUs.
 * Returns their number. */
uint32_t link_groups(const struct capture *topo, struct link_group *groups);

/* Fills `nvlink` and `pcie_p2p` of the host, or adds a note if the set does not show them. */
void import_links(const struct capture_set *set, struct host_spec *host,
		  struct encode_notes *notes);
/* Writes what the set shows as keys of a host, with its sources. */
void import_host(struct buffer *out, const struct sources *sources, const struct capture_set *set);

#endif
