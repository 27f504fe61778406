/* What the rules on cliques have in common.
 *
 * A clique is a 4-bit number that QEMU shows in a GPU's configuration space: the hypervisor's word
 * to the guest's driver that all GPUs with that number were proven to do PCIe P2P with each other.
 * A host's cliques are the groups of its `pcie_p2p`. */
#ifndef GPUPLAN_RULES_CLIQUE_H
#define GPUPLAN_RULES_CLIQUE_H

#include "rules/texts.h"

/* The VM has two or more GPUs passed through whole, wants P2P over PCIe, and its platform has
 * cliques. */
bool wants_clique(const struct vm *vm);
/* The first VM of the host that does and that can be judged; NULL: none. `*more` (may be NULL) is
 * how many follow it. */
const struct vm *first_clique_vm(const struct host *host, uint32_t *more);

bool is_geforce(const struct gpu *gpu);
/* Where the group names the GPU; with `pcie_p2p: all` that word. */
struct span member_at(const struct clique *clique, const struct gpu *gpu);
/* `[g0, g1]` */
struct str gpu_list(struct judge *judge, const struct host *host, gpu_mask mask);
/* The lowest id that no group of the host has; MAX_CLIQUES: all are taken. */
unsigned free_clique_id(const struct host *host);

/* A note at the GPU's board: "g0 is rtx-a6000 (GA102)". */
void note_chip(struct judge *judge, struct finding *f, const struct gpu *gpu);

#endif
