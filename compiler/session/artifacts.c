/* Which artifacts a plan has, whether they may be written, and their texts. */
#include <assert.h>

#include "compiler/base/parallel.h"
#include "compiler/session/artifact.h"
#include "compiler/session/private.h"
#include "schema/keys.h"

/* --- targets --- */

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
	size_t n = 0, near;

	if (backend)
		return backend;
	while (backends[n])
		n++;
	near = nearest(name, n, target_name, NULL);
	if (near != SIZE_MAX)
		*error = arena_printf(arena, "no target '%.*s': did you mean '%s'?", STR_ARG(name),
				      backends[near]->target);
	else
		*error = arena_printf(arena, "no target '%.*s': %.*s", STR_ARG(name),
				      STR_ARG(target_names(arena)));
	return NULL;
}

/* --- one text --- */

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

/* --- all of them --- */

/* One artifact that is to be made, and then what was made of it. */
struct making {
	const struct backend *backend;
	const struct artifact *artifact;
	struct subject of;
	struct str text;  /* terminated */
	struct str error; /* .n 0: none */
};

struct makings {
	struct arena *arena;
	const struct gpuplan_artifact_options *options;
	struct making *items;
	uint32_t n, capacity;
	struct arena *scratch[MAX_JOBS]; /* of each worker */
};

static void add_making(struct makings *all, const struct backend *backend,
		       const struct artifact *artifact, struct subject of)
{
	struct making *slot;

	assert(artifact->scope != OF_VM || of.host);
	if (!backend_has(backend, artifact, &of))
		return;
	slot = arena_push(all->arena, (void **)&all->items, &all->n, &all->capacity, sizeof *slot);
	*slot = (struct making){backend, artifact, .of = of};
}

static void list_makings(struct makings *all, const struct plan *plan,
			 const struct backend *backend, const struct artifact *artifact)
{
	switch (artifact->scope) {
	case OF_VM:
		for (uint32_t i = 0; i < plan->n_vms; i++)
			add_making(all, backend, artifact,
				   (struct subject){plan, plan->vms[i].host, &plan->vms[i]});
		break;
	case OF_HOST:
		for (uint32_t i = 0; i < plan->n_hosts; i++)
			add_making(all, backend, artifact,
				   (struct subject){plan, .host = &plan->hosts[i]});
		break;
	case OF_PLAN:
		add_making(all, backend, artifact, (struct subject){.plan = plan});
		break;
	}
}

static struct str terminated(struct arena *arena, struct str text)
{
	char *p = arena_alloc(arena, text.n + 1);

	if (text.n)
		memcpy(p, text.p, text.n);
	return (struct str){p, text.n};
}

/* A text grows in memory that is used again; what stays is as long as the text. */
static void make(void *context, const struct worker *worker, uint32_t i)
{
	struct makings *all = context;
	struct making *m = &all->items[i];
	struct arena **scratch = &all->scratch[worker->number];
	struct str text, error;
	bool good;

	if (*scratch)
		arena_reset(*scratch);
	else
		*scratch = arena_new();
	good = artifact_text(*scratch, m->backend, m->artifact, &m->of, &text, &error);
	if (good)
		m->text = terminated(worker->arena, text);
	else
		m->error = arena_copy(worker->arena, error);
	if (worker->number == 0 && all->options->progress)
		all->options->progress(all->options->context, i, all->n);
}

enum { MANY_ARTIFACTS = 64 }; /* fewer are made before a thread has started */

static void make_all(struct gpuplan_session *s, struct makings *all)
{
	parallel_for(s->arena, all->n < MANY_ARTIFACTS ? 1 : s->options.jobs, all->n, make, all);
	for (uint32_t i = 0; i < MAX_JOBS; i++)
		arena_free(all->scratch[i]);
}

static struct gpuplan_artifact artifact_of(struct arena *arena, const struct making *m)
{
	const struct subject *of = &m->of;

	return (struct gpuplan_artifact){
		.target = m->backend->target,
		.host = of->host ? terminated(arena, of->host->spec->name.s).p : NULL,
		.vm = of->vm ? terminated(arena, of->vm->spec->name.s).p : NULL,
		.path = terminated(arena, artifact_path(arena, m->artifact, of)).p,
		.text = m->text.p,
		.length = m->text.n,
	};
}

/* Whether the caller, or else the project file, wants the target. */
static bool is_wanted(const struct gpuplan_session *s,
		      const struct gpuplan_artifact_options *options, const char *target)
{
	for (size_t i = 0; i < options->n_targets; i++)
		if (strcmp(options->targets[i], target) == 0)
			return true;
	for (size_t i = 0; !options->n_targets && s->targets && s->targets[i]; i++)
		if (strcmp(s->targets[i], target) == 0)
			return true;
	return !options->n_targets && !s->targets;
}

static enum gpuplan_status check_call(struct gpuplan_session *s,
				      const struct gpuplan_artifact_options *options)
{
	enum gpuplan_status status = session_enter(s, s->settled);
	struct str error;

	if (status != GPUPLAN_OK)
		return status;
	for (size_t i = 0; i < options->n_targets; i++)
		if (!target_find(s->arena, str_of(options->targets[i]), &error))
			return session_fail(s, GPUPLAN_BAD_OPTION, "%.*s", STR_ARG(error));
	if (session_fails(s))
		return session_fail(s, GPUPLAN_FINDINGS, "findings fail the plan");
	return GPUPLAN_OK;
}

enum gpuplan_status session_artifacts(struct gpuplan_session *s,
				      const struct gpuplan_artifact_options *options,
				      const struct gpuplan_artifact **ret, size_t *ret_n)
{
	static const struct gpuplan_artifact_options none = {0};
	struct makings all = {.arena = s->arena, .options = options ? options : &none};
	enum gpuplan_status status = check_call(s, all.options);
	struct gpuplan_artifact *artifacts;

	if (status != GPUPLAN_OK)
		return status;
	for (size_t b = 0; backends[b]; b++)
		for (const struct artifact *a = backends[b]->artifacts; a->write; a++)
			if (a->path && is_wanted(s, all.options, backends[b]->target))
				list_makings(&all, s->plan, backends[b], a);
	make_all(s, &all);
	artifacts = arena_array(s->arena, all.n, sizeof *artifacts);
	for (uint32_t i = 0; i < all.n; i++) {
		if (all.items[i].error.n)
			return session_fail(s, GPUPLAN_UNWRITABLE, "%.*s",
					    STR_ARG(all.items[i].error));
		artifacts[i] = artifact_of(s->arena, &all.items[i]);
	}
	*ret = artifacts;
	*ret_n = all.n;
	return GPUPLAN_OK;
}
