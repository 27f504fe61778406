/* From the model to the plan: everything that follows from a spec is decided here.
 *
 * What cannot be resolved is reported (spec-reference, spec-value, spec-duplicate, spec-conflict)
 * and left empty; what depends on it is skipped. The steps are in steps_private.h. */
#ifndef GPUPLAN_RESOLVE_H
#define GPUPLAN_RESOLVE_H

#include "compiler/model/load.h"
#include "compiler/plan/plan.h"

/* With `jobs` above 1 the catalog must be loaded as a whole (catalog_load_all). */
struct plan *plan_resolve(struct arena *arena, struct sources *sources, struct catalog *catalog,
			  struct spec *spec, struct findings *findings, uint32_t jobs);

#endif
