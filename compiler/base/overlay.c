#include "compiler/base/overlay.h"

#include <stdlib.h>

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct overlay_text *)a)->path,
		      ((const struct overlay_text *)b)->path);
}

void overlay_sort(struct overlay *overlay)
{
	if (overlay->n)
		qsort(overlay->items, overlay->n, sizeof *overlay->items, by_path);
}

const struct overlay_text *overlay_find(const struct overlay *overlay, const char *path)
{
	struct overlay_text wanted = {.path = path};

	if (!overlay || overlay->n == 0)
		return NULL;
	return bsearch(&wanted, overlay->items, overlay->n, sizeof wanted, by_path);
}
