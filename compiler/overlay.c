#include "compiler/overlay.h"

#include <stdlib.h>

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct overlay *)a)->path, ((const struct overlay *)b)->path);
}

void overlays_sort(struct overlays *overlays)
{
	if (overlays->n)
		qsort(overlays->items, overlays->n, sizeof *overlays->items, by_path);
}

const struct overlay *overlay_find(const struct overlays *overlays, const char *path)
{
	struct overlay wanted = {.path = path};

	if (!overlays || overlays->n == 0)
		return NULL;
	return bsearch(&wanted, overlays->items, overlays->n, sizeof wanted, by_path);
}
