/* Texts that stand in for files: what an editor holds and has not saved, what a fix would write.
 *
 * Whoever reads a file asks here first (compiler/source/source.c, compiler/plan/capture_file.c);
 * the texts are those of who made the overlay, and outlive the run. */
#ifndef GPUPLAN_OVERLAY_H
#define GPUPLAN_OVERLAY_H

#include "compiler/base/str.h"

struct overlay_text {
	const char *path; /* as the run names the file; `-`: standard input */
	struct str text;
	bool added; /* not on the disk yet: read as if the walk had found it */
};

struct overlay {
	struct overlay_text *items; /* in the order of their paths: overlay_sort */
	uint32_t n;
};

void overlay_sort(struct overlay *overlay);
/* NULL: the file on the disk counts. Takes NULL for no overlay. */
const struct overlay_text *overlay_find(const struct overlay *overlay, const char *path);

#endif
