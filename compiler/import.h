/* `gpuplan import topo`: from captures to the keys of a host that say the same.
 *
 *     capture_set.c    the captures of one host, out of any number of files
 *     import_groups.c  NVLink edges and OK pairs as groups of GPUs
 *     import.c         the YAML
 *
 * GPUn is called gn. What cannot be trusted gives nothing, as with the key `captures`. */
#ifndef GPUPLAN_IMPORT_H
#define GPUPLAN_IMPORT_H

#include "compiler/buffer.h"
#include "compiler/capture.h"

/* Of one host; each NULL where no file has it. All have as many GPUs. */
struct capture_set {
	const struct capture *topo, *read, *write;
};

/* Takes the captures out of all sources from `first` on. Outputs are told apart by what they show
 * and by the command above them; of two -p2p matrices without a command, the first is taken for r
 * and one that differs for w. false with *error: a file that holds none, one that cannot be
 * trusted, or two that contradict. */
bool capture_set_read(struct arena *arena, const struct sources *sources, uint32_t first,
		      struct capture_set *set, struct capture_error *error);
/* GPUs of the set, 0 where it is empty. */
uint32_t capture_set_gpus(const struct capture_set *set);
/* OK to read, and to write where that is known, and not by NVLink. The set has `read`. */
bool capture_set_proves(const struct capture_set *set, uint32_t a, uint32_t b);

/* GPUs of which NVLink joins every two. */
struct link_group {
	gpu_mask gpus;
	uint32_t links; /* between any two of them */
};

enum { MAX_LINK_GROUPS = MAX_GPUS * (MAX_GPUS - 1) / 2 };

/* Fills `groups` (MAX_LINK_GROUPS) with groups that hold exactly the capture's NVLink pairs, each
 * with its number of links, and none in vain: those with more links first, then in the order of
 * their GPUs. Returns how many there are. */
uint32_t link_groups(const struct capture *topo, struct link_group *groups);

/* `nvlink` and `pcie_p2p`, each a line or more with that indentation; a comment where the set does
 * not tell. */
void import_links(struct buffer *out, const char *indent, const struct capture_set *set);
/* All that the set tells, as keys of a host, with where it is from. */
void import_host(struct buffer *out, const struct sources *sources, const struct capture_set *set);

#endif
