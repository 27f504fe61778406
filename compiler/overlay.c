#include "compiler/overlay.h"

const struct overlay_text *overlay_find(const struct overlay *overlay, const char *path)
{
	for (uint32_t i = 0; overlay && i < overlay->n; i++)
		if (strcmp(overlay->items[i].path, path) == 0)
			return &overlay->items[i];
	return NULL;
}
