/* Which artifacts a plan has, whether they may be written, and their texts. */
#include <assert.h>

#include "compiler/base/parallel.h"
#include "compiler/session/private.h"
#include "compiler/session/target.h"

struct makings {
	struct arena *arena;
	const struct gpuplan_artifact_options *options;
	struct making *items;
	uint32_t n, capacity;
	struct arena *scratch[MAX_JOBS]; /* one per worker */
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

/* Writes the text in scratch memory, and copies it at its final length. */
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
	good = make_text(*scratch, m, &text, &error);
	if (good)
		m->text = arena_copy(worker->arena, text);
	else
		m->error = arena_copy(worker->arena, error);
	if (worker->number == 0 && all->options->progress)
		all->options->progress(all->options->context, i, all->n);
}

enum { MANY_ARTIFACTS = 64 }; /* fewer are done before a thread has started */

static struct gpuplan_artifact artifact_of(struct arena *arena, const struct making *m)
{
	const struct subject *of = &m->of;

	return (struct gpuplan_artifact){
		.target = m->backend->target,
		.host = of->host ? arena_copy(arena, of->host->spec->name.s).p : NULL,
		.vm = of->vm ? arena_copy(arena, of->vm->spec->name.s).p : NULL,
		.path = m->artifact->path
				? arena_copy(arena, artifact_path(arena, m->artifact, of)).p
				: NULL,
		.text = m->text.p,
		.length = m->text.n,
	};
}

/* True if the caller, or else the project file, asks for the target. */
static bool is_wanted(const struct gpuplan_session *s,
		      const struct gpuplan_artifact_options *options, const char *target)
{
	const char *const *targets = options->n_targets ? options->targets : s->targets;
	size_t n = options->n_targets ? options->n_targets : s->n_targets;

	for (size_t i = 0; i < n; i++)
		if (strcmp(targets[i], target) == 0)
			return true;
	return !targets;
}

static enum gpuplan_status make_whole(struct gpuplan_session *s, struct makings *all)
{
	s->blocking = s->firm;
	if (session_fails(s) || s->blocking.n)
		return session_fail(s, GPUPLAN_FINDINGS, "findings fail the plan");
	for (size_t b = 0; backends[b]; b++)
		for (const struct artifact *a = backends[b]->artifacts; a->write; a++)
			if (a->path && is_wanted(s, all->options, backends[b]->target))
				list_makings(all, s->plan, backends[b], a);
	parallel_for(s->arena, all->n < MANY_ARTIFACTS ? 1 : s->options.jobs, all->n, make, all);
	for (uint32_t i = 0; i < MAX_JOBS; i++)
		arena_free(all->scratch[i]);
	for (uint32_t i = 0; i < all->n; i++)
		if (all->items[i].error.n)
			return session_fail(s, GPUPLAN_UNWRITABLE, "%.*s",
					    STR_ARG(all->items[i].error));
	return GPUPLAN_OK;
}

static enum gpuplan_status make_one(struct gpuplan_session *s, struct makings *all)
{
	const struct gpuplan_artifact_options *options = all->options;
	const struct backend *backend;
	const struct artifact *artifact;
	struct str error;

	if (options->n_targets != 1)
		return session_fail(s, GPUPLAN_BAD_OPTION, "the artifact of '%s' has one target",
				    options->name);
	backend = backend_find(options->targets[0]);
	artifact = variant_find(s->arena, backend, options->variant, &error);
	if (!artifact)
		return session_fail(s, GPUPLAN_BAD_OPTION, "%.*s", STR_ARG(error));
	all->items = arena_alloc(s->arena, sizeof *all->items);
	all->items[0] = (struct making){.backend = backend, .artifact = artifact};
	all->n = 1;
	return make_of_name(s, options->name, &all->items[0]);
}

static enum gpuplan_status check_targets(struct gpuplan_session *s,
					 const struct gpuplan_artifact_options *options)
{
	struct str error;

	for (size_t i = 0; i < options->n_targets; i++)
		if (!target_find(s->arena, str_of(options->targets[i]), &error))
			return session_fail(s, GPUPLAN_BAD_OPTION, "%.*s", STR_ARG(error));
	return GPUPLAN_OK;
}

enum gpuplan_status session_artifacts(struct gpuplan_session *s,
				      const struct gpuplan_artifact_options *options,
				      const struct gpuplan_artifact **ret, size_t *ret_n)
{
	static const struct gpuplan_artifact_options none = {0};
	struct makings all = {.arena = s->arena, .options = options ? options : &none};
	enum gpuplan_status status = session_enter(s, s->settled);
	struct gpuplan_artifact *artifacts;

	if (status == GPUPLAN_OK)
		status = check_targets(s, all.options);
	if (status == GPUPLAN_OK)
		status = all.options->name ? make_one(s, &all) : make_whole(s, &all);
	if (status != GPUPLAN_OK)
		return status;
	artifacts = arena_array(s->arena, all.n, sizeof *artifacts);
	for (uint32_t i = 0; i < all.n; i++)
		artifacts[i] = artifact_of(s->arena, &all.items[i]);
	*ret = artifacts;
	*ret_n = all.n;
	return GPUPLAN_OK;
}
