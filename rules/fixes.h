/* The fixes of rules: a key of a VM gets another value.
 *
 * What stands in the VM is replaced there. What its profile gave is left to the profile's other
 * VMs: the VM gets a key of its own, behind `profile`. Where neither can be written (an item of a
 * profile's `gpus`, a map in a form that takes no further line) the finding has no fix. */
#ifndef GPUPLAN_RULES_FIXES_H
#define GPUPLAN_RULES_FIXES_H

#include "compiler/finding/rule.h"
#include "compiler/plan/plan.h"

/* The VM's `key`, which has its value at `at`. */
void fix_key(struct judge *judge, struct finding *f, const struct vm *vm, bool safe,
	     const char *key, struct span at, struct str value, const char *description);
/* The type of a vGPU, spelled as the one that stands there; unsafe. */
void fix_type(struct judge *judge, struct finding *f, const struct vm_gpu *g,
	      const struct vgpu_type *type);
/* Unified memory of a vGPU, whether `uvm` or `enable_uvm` says it; where neither does, the VM wants
 * multicast, and `uvm` goes there. */
void fix_uvm(struct judge *judge, struct finding *f, const struct vm_gpu *g, bool on);

#endif
