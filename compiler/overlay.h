/* Texts that stand in for files: what a fix would write, what an editor has not saved yet. */
#ifndef GPUPLAN_OVERLAY_H
#define GPUPLAN_OVERLAY_H

#include "schema/text.h"

struct overlay {
	const char *path; /* as the walk names the file; `-`: standard input */
	struct str text;
};

struct overlays {
	struct overlay *items; /* in the order of their paths: overlays_sort */
	uint32_t n;
};

void overlays_sort(struct overlays *overlays);
/* NULL: the file itself is read. `overlays` may be NULL. */
const struct overlay *overlay_find(const struct overlays *overlays, const char *path);

#endif
