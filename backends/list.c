/* Every backend, in the order of the table of artifacts in the documentation. */
#include "backends/backend.h"

/* One a file, and all that the file exports. */
extern const struct backend backend_libvirt, backend_qemu, backend_vmx, backend_clique_map,
	backend_host_setup;

const struct backend *const backends[] = {
	&backend_libvirt,    &backend_qemu,	  &backend_vmx,
	&backend_clique_map, &backend_host_setup, NULL,
};

const struct backend *backend_find(const char *target)
{
	for (size_t i = 0; backends[i]; i++)
		if (strcmp(backends[i]->target, target) == 0)
			return backends[i];
	return NULL;
}

static bool same_variant(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

const struct artifact *backend_artifact(const struct backend *backend, const char *variant)
{
	for (const struct artifact *a = backend->artifacts; a->write; a++)
		if (same_variant(a->variant, variant))
			return a;
	return NULL;
}

bool backend_has(const struct backend *backend, const struct artifact *artifact,
		 const struct subject *of)
{
	if (of->host && !platform_takes(of->host->platform, backend->target))
		return false;
	return !artifact->has || artifact->has(of);
}

/* `path`, which is terminated, with the name in place of its placeholder, if it has that. */
static struct str put_name(struct arena *arena, struct str path, const char *placeholder,
			   struct str name)
{
	const char *at = strstr(path.p, placeholder);

	if (!at)
		return path;
	return arena_printf(arena, "%.*s%.*s%s", (int)(at - path.p), path.p, STR_ARG(name),
			    at + strlen(placeholder));
}

/* Names are lower case: none holds a placeholder. */
struct str artifact_path(struct arena *arena, const struct artifact *artifact,
			 const struct subject *of)
{
	struct str path = str_of(artifact->path);

	if (of->host)
		path = put_name(arena, path, "HOST", of->host->spec->name.s);
	if (of->vm)
		path = put_name(arena, path, "VM", of->vm->spec->name.s);
	return path;
}
