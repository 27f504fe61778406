/* Targets and their variants by name. */
#include "compiler/session/target.h"

#include "schema/nearest.h"

static struct str target_name(size_t i, const void *data)
{
	(void)data;
	return str_of(backends[i]->target);
}

struct str target_names(struct arena *arena)
{
	struct buffer names;

	buffer_init(&names, arena);
	for (size_t i = 0; backends[i]; i++)
		buffer_printf(&names, "%s%s", i ? ", " : "", backends[i]->target);
	return buffer_text(&names);
}

const struct backend *target_find(struct arena *arena, struct str name, struct str *error)
{
	const struct backend *backend = backend_find(arena_printf(arena, "%.*s", STR_ARG(name)).p);
	struct str near, all;
	size_t n = 0;

	if (backend)
		return backend;
	while (backends[n])
		n++;
	near = nearest(name, n, target_name, NULL);
	all = arena_printf(arena, ": %.*s", STR_ARG(target_names(arena)));
	*error = unknown_name(arena, "no target", name, near, all.p);
	return NULL;
}

const struct artifact *variant_find(struct arena *arena, const struct backend *backend,
				    const char *variant, struct str *error)
{
	const struct artifact *artifact = backend_artifact(backend, variant);
	struct buffer targets;

	if (artifact)
		return artifact;
	buffer_init(&targets, arena);
	for (size_t i = 0; backends[i]; i++)
		if (backend_artifact(backends[i], variant))
			buffer_printf(&targets, "%s-t %s", targets.n ? " and " : "",
				      backends[i]->target);
	*error = arena_printf(arena, "--%s goes with %.*s", variant,
			      STR_ARG(buffer_text(&targets)));
	return NULL;
}
