/* From paths to the model: walks, reads, parses and decodes all files of a run and merges profiles.
 *
 * All documents of all files together form one spec. */
#ifndef GPUPLAN_LOAD_H
#define GPUPLAN_LOAD_H

#include "compiler/base/walk.h"
#include "compiler/finding/finding.h"
#include "compiler/model/spec.h"

struct load_options {
	const char *const *paths; /* files and folders; `-` is standard input */
	uint32_t n;
	bool found;		       /* treat files of `paths` as found by walking (walk.h) */
	const struct exclude *exclude; /* NULL: nothing */
	const char *stdin_name;	       /* what findings call `-` */
	uint32_t jobs;		       /* threads at most; the result does not depend on it */
};

/* Reads from sources->files. */
void load_paths(struct spec *spec, struct arena *arena, struct sources *sources,
		struct findings *findings, const struct load_options *options);

#endif
