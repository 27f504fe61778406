/* What the catalog and the plan know, one line each, for completion and hover. */
#ifndef GPUPLAN_LSP_FACTS_H
#define GPUPLAN_LSP_FACTS_H

#include "compiler/plan/plan.h"
#include "schema/keys.h"

/* "A100-SXM4-80GB, 80 GiB, 10de:20b2, BAR1 128 GiB, MMIO 256 GiB on vSphere" */
struct str board_facts(struct arena *arena, const struct board *board);
/* "80 GiB, time-sliced, at most 1 a GPU, all of the framebuffer" */
struct str vgpu_facts(struct arena *arena, const struct vgpu_type *type);
/* "a100-sxm4-80gb, 0000:10:00.0, NUMA node 0, whole in train-1" */
struct str gpu_facts(struct arena *arena, const struct gpu *gpu);
/* "kvm, 8 GPUs: 8 x a100-sxm4-80gb; 3 VMs" */
struct str host_facts(struct arena *arena, const struct host *host);
/* "required, kvm only" or empty; in a profile nothing is required. */
struct str key_facts(struct arena *arena, const struct key *key, bool profile);
/* What the key means, and its default. */
struct str key_meaning(struct arena *arena, const struct key *key);
/* The board can run the type. */
bool vgpu_fits(struct catalog *catalog, const struct board *board, const struct vgpu_type *type);

#endif
