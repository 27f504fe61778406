#include "compiler/finding/render.h"

#define RENDERER(name) &render_##name,
const struct renderer *const renderers[] = {RENDERERS(RENDERER) NULL};
#undef RENDERER

const struct renderer *renderer_find(const char *name)
{
	for (size_t i = 0; renderers[i]; i++)
		if (strcmp(renderers[i]->name, name) == 0)
			return renderers[i];
	return NULL;
}

void render_share(const struct findings *findings, uint32_t max, uint32_t shown[SEVERITY_ERROR + 1])
{
	for (enum severity s = SEVERITY_ERROR; s >= SEVERITY_NOTE; s--) {
		uint32_t n = findings_count(findings, s);

		shown[s] = n < max ? n : max;
		max -= shown[s];
	}
}
