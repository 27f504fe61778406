/* Makes one artifact, or collects the findings that block it. */
#include "compiler/session/private.h"
#include "schema/keys.h"
#include "schema/nearest.h"

/* --- its text --- */

static struct str who(struct arena *arena, const struct subject *of)
{
	if (of->vm)
		return arena_printf(arena, "VM '%.*s'", STR_ARG(of->vm->spec->name.s));
	if (of->host)
		return arena_printf(arena, "host '%.*s'", STR_ARG(of->host->spec->name.s));
	return STR("the plan");
}

bool make_text(struct arena *arena, const struct making *m, struct str *text, struct str *error)
{
	struct str why = {0};
	struct buffer out;

	buffer_init(&out, arena);
	if (!m->artifact->write(&m->of, &out, &why)) {
		*error = arena_printf(arena, "%.*s: %.*s", STR_ARG(who(arena, &m->of)),
				      STR_ARG(why));
		return false;
	}
	*text = buffer_text(&out);
	return true;
}

/* --- blocking findings: those about the VM, its host, and their profiles --- */

/* True if the place is in the section or its name. `section` points to a struct named_spec. */
static bool concerns(struct span at, const void *section)
{
	const struct named_spec *s = section;

	return s && (span_within(at, s->at) || span_within(at, s->name.at));
}

static bool concerns_vm(const struct finding *f, const struct vm *vm)
{
	return concerns(f->at, vm->spec) || concerns(f->at, vm->profile);
}

static bool blocks(const struct gpuplan_session *s, const struct finding *f,
		   const struct backend *backend, const struct subject *of)
{
	/* The VM may have mistakes beyond the limit, which are not reported. */
	if (s->plan->cut && strcmp(f->rule, "yaml-limit") == 0)
		return true;
	if (f->severity < session_failing(s))
		return false;
	if (!span_given(f->at) ||
	    (of->host && (concerns(f->at, of->host->spec) || concerns(f->at, of->host->profile))))
		return true;
	if (of->vm)
		return concerns_vm(f, of->vm);
	for (uint32_t i = 0; backend->of_vms && i < of->host->n_vms; i++)
		if (concerns_vm(f, of->host->vms[i]))
			return true;
	return false;
}

static void add_blocking(struct gpuplan_session *s, const struct findings *from,
			 const struct backend *backend, const struct subject *of)
{
	for (uint32_t i = 0; i < from->n; i++)
		if (blocks(s, &from->items[i], backend, of))
			findings_append(&s->blocking, from, i, i + 1);
}

static bool is_clean(struct gpuplan_session *s, const struct backend *backend,
		     const struct subject *of)
{
	findings_init(&s->blocking, s->arena);
	add_blocking(s, &s->findings, backend, of);
	add_blocking(s, &s->firm, backend, of);
	return s->blocking.n == 0;
}

/* --- the VM or host --- */

static enum gpuplan_status unknown(struct gpuplan_session *s, const char *what, const char *name,
				   struct str near)
{
	struct str error = unknown_name(s->arena, what, str_of(name), near, " in the plan");

	return session_fail(s, GPUPLAN_NOT_FOUND, "%.*s", STR_ARG(error));
}

static enum gpuplan_status find_vm(struct gpuplan_session *s, const struct backend *backend,
				   const char *name, struct subject *of)
{
	of->vm = plan_vm(s->plan, str_of(name));
	if (of->vm) {
		of->host = of->vm->host;
		return GPUPLAN_OK;
	}
	if (plan_host(s->plan, str_of(name)))
		return session_fail(s, GPUPLAN_BAD_OPTION, "'%s' is a host, but -t %s needs a VM",
				    name, backend->target);
	return unknown(s, "no VM", name, plan_nearest_vm(s->plan, str_of(name)));
}

static enum gpuplan_status find_host(struct gpuplan_session *s, const struct backend *backend,
				     const char *name, struct subject *of)
{
	const struct vm *vm = plan_vm(s->plan, str_of(name));

	of->host = plan_host(s->plan, str_of(name));
	if (of->host)
		return GPUPLAN_OK;
	if (vm && vm->host)
		return session_fail(s, GPUPLAN_BAD_OPTION,
				    "'%s' is a VM, but -t %s needs a host: its host is '%.*s'",
				    name, backend->target, STR_ARG(vm->host->spec->name.s));
	return unknown(s, "no host", name, plan_nearest_host(s->plan, str_of(name)));
}

static enum gpuplan_status check_has(struct gpuplan_session *s, const struct making *m,
				     const char *name)
{
	if (m->of.host && backend_has(m->backend, m->artifact, &m->of))
		return GPUPLAN_OK;
	if (m->of.vm)
		return session_fail(
			s, GPUPLAN_BAD_OPTION, "VM '%s' has no %s artifact: its host is %s", name,
			m->backend->target, m->of.host ? m->of.host->platform->word : "not known");
	return session_fail(s, GPUPLAN_BAD_OPTION, "host '%s' has no %s: %s", name,
			    m->backend->target, m->backend->no_artifact);
}

enum gpuplan_status make_of_name(struct gpuplan_session *s, const char *name, struct making *m)
{
	enum gpuplan_status status;
	struct str text, error;

	m->of = (struct subject){.plan = s->plan};
	status = m->artifact->scope == OF_VM ? find_vm(s, m->backend, name, &m->of)
					     : find_host(s, m->backend, name, &m->of);
	if (status != GPUPLAN_OK)
		return status;
	if (!is_clean(s, m->backend, &m->of))
		return session_fail(s, GPUPLAN_FINDINGS, "findings block '%s'", name);
	status = check_has(s, m, name);
	if (status != GPUPLAN_OK)
		return status;
	if (!make_text(s->arena, m, &text, &error))
		return session_fail(s, GPUPLAN_UNWRITABLE, "%.*s", STR_ARG(error));
	m->text = arena_copy(s->arena, text);
	return GPUPLAN_OK;
}
