/* From paths to the model: walks, reads, parses and decodes every spec of a run, merges profiles.
 *
 * All documents of all files together are one spec. */
#ifndef GPUPLAN_LOAD_H
#define GPUPLAN_LOAD_H

#include "compiler/base/walk.h"
#include "compiler/finding/finding.h"
#include "compiler/model/spec.h"

/* Files that sources->overlay holds are read from there, and those that it adds are read too. On at
 * most `jobs` threads; what comes out is the same for any number of them. */
void load_paths(struct spec *spec, struct arena *arena, struct sources *sources,
		struct findings *findings, const struct exclude *exclude, char **paths, uint32_t n,
		const char *stdin_name, uint32_t jobs);
/* One source that is in memory. */
void load_source(struct spec *spec, struct arena *arena, struct sources *sources,
		 struct findings *findings, struct source *source);

#endif
