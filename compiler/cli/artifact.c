#include "compiler/cli/artifact.h"

#include "compiler/cli/cli.h"
#include "schema/keys.h"

/* Why a VM cannot be written although no finding stands against it: a rule that guards the backends
 * was switched off. NULL: it can. */
static const char *unwritable(const struct vm_gpu *gpu)
{
	if (!gpu->gpu)
		return "its host has no such GPU";
	if (gpu->is_vgpu && gpu->gpu->framework == FRAMEWORK_VFIO && !gpu->has_vf)
		return "no virtual function is left for its vGPU";
	if (!gpu->is_vgpu && gpu->gpu->board == NULL && gpu->gpu->spec->board.s.n == 0)
		return "its board is not known";
	return NULL;
}

static bool is_writable(struct arena *arena, const struct vm *vm, struct str *error)
{
	for (uint32_t i = 0; i < vm->n_gpus; i++) {
		const char *reason = unwritable(&vm->gpus[i]);

		if (!reason)
			continue;
		*error = arena_printf(
			arena, "VM '%.*s', GPU '%.*s': %s; nothing can be written for it",
			STR_ARG(vm->spec->name.s), STR_ARG(vm->gpus[i].spec->gpu.s), reason);
		return false;
	}
	return true;
}

static bool all_writable(struct arena *arena, const struct backend *backend,
			 const struct subject *of, struct str *error)
{
	if (of->vm)
		return is_writable(arena, of->vm, error);
	for (uint32_t i = 0; of->host && i < of->host->n_vms && backend->of_vms; i++)
		if (!is_writable(arena, of->host->vms[i], error))
			return false;
	return true;
}

static struct str who(struct arena *arena, const struct subject *of)
{
	if (of->vm)
		return arena_printf(arena, "VM '%.*s'", STR_ARG(of->vm->spec->name.s));
	if (of->host)
		return arena_printf(arena, "host '%.*s'", STR_ARG(of->host->spec->name.s));
	return STR("the plan");
}

bool artifact_text(struct arena *arena, const struct backend *backend,
		   const struct artifact *artifact, const struct subject *of, struct str *out,
		   struct str *error)
{
	struct str why = {0};
	struct buffer text;

	if (!all_writable(arena, backend, of, error))
		return false;
	buffer_init(&text, arena);
	if (!artifact->write(of, &text, &why)) {
		*error = arena_printf(arena, "%.*s: %.*s", STR_ARG(who(arena, of)), STR_ARG(why));
		return false;
	}
	*out = buffer_text(&text);
	return true;
}

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

const struct backend *target_find(struct arena *arena, struct str name)
{
	const struct backend *backend = backend_find(arena_printf(arena, "%.*s", STR_ARG(name)).p);
	size_t n = 0, near;

	if (backend)
		return backend;
	while (backends[n])
		n++;
	near = nearest(name, n, target_name, NULL);
	if (near != SIZE_MAX)
		trouble("-t: no target '%.*s': did you mean '%s'?", STR_ARG(name),
			backends[near]->target);
	else
		trouble("-t: no target '%.*s': %.*s", STR_ARG(name), STR_ARG(target_names(arena)));
	return NULL;
}
