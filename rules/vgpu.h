/* What the rules on vGPUs have in common; note_board serves whole GPUs too. */
#ifndef GPUPLAN_RULES_VGPU_H
#define GPUPLAN_RULES_VGPU_H

#include "compiler/finding/rule.h"
#include "compiler/plan/plan.h"

/* The vGPU's VM wants P2P and has another GPU to do it with. */
bool wants_p2p(const struct vm_gpu *g);
/* Time-sliced, and smaller than the framebuffer of its GPU. */
bool is_fractional(const struct vgpu_type *type);
/* The type that NVIDIA's P2P tables list for the board of the vGPU's GPU, or NULL. */
const struct vgpu_type *p2p_type_of(struct judge *judge, const struct vm_gpu *g);
/* "half", "a quarter", "20 of 80 GiB" */
const char *framebuffer_part(struct judge *judge, const struct vm_gpu *g);

/* A note at the GPU's board: "g0 is a100-sxm4-80gb, 80 GiB". */
void note_board(struct judge *judge, struct finding *f, const struct vm_gpu *g);

#endif
