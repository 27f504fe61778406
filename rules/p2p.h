/* What the rules on P2P, on unified memory and on a VM's vGPUs have in common. */
#ifndef GPUPLAN_RULES_P2P_H
#define GPUPLAN_RULES_P2P_H

#include "compiler/finding/rule.h"
#include "compiler/plan/plan.h"

/* The VM wants P2P and has two or more GPUs to do it. */
bool vm_wants_p2p(const struct vm *vm);
/* The same, and one of them at least is a vGPU. */
bool vgpus_want_p2p(const struct vm *vm);

/* The item is a GPU that is passed through whole: not one whose `vgpu` could not be read. */
bool is_whole(const struct vm_gpu *g);
/* A vGPU whose type is known and, as far as the catalog can tell, one of its GPU's board. */
bool has_sound_type(const struct vm_gpu *g);
/* The type that has all of the framebuffer, of the same board code and series; NULL: none. */
const struct vgpu_type *whole_type_like(struct judge *judge, const struct vgpu_type *type);

/* `enable_uvm` among the plugin parameters said it, not `uvm`. */
bool uvm_is_param(const struct vm_gpu *g);

/* What stands at the place, without quotes. */
const char *written(struct judge *judge, struct span at);
/* A note at what says which GPUs are linked: the pair's cell in the capture, or the key. `b` NULL:
 * no pair is meant. */
void note_links(struct judge *judge, struct finding *f, const struct gpu *a, const struct gpu *b);

/* A GPU of that board that no VM of the host uses; NULL: none. */
const struct gpu *spare_gpu(const struct host *host, const struct board *board);

#endif
