/* gpuplan show: one artifact on standard output. */
#include <unistd.h>

#include "compiler/cli/cli.h"
#include "compiler/session/artifact.h"
#include "schema/keys.h"

static enum status run(struct arena *arena, const struct options *options);

const struct command command_show = {
	.name = "show",
	.arguments = "VM|HOST [PATH…] -t TARGET",
	.summary = "print one VM's artifact, or (-t clique-map, host-setup) one host's",
	.run = run,
	.bit = COMMAND_SHOW,
};

static const struct artifact *find_artifact(const struct backend *backend, const char *variant);
static enum status show(const struct gpuplan_session *session, const struct options *options,
			const struct backend *backend, const struct artifact *artifact);

static enum status run(struct arena *arena, const struct options *options)
{
	const struct artifact *artifact;
	struct gpuplan_session *session;
	const struct backend *backend;
	enum status status;
	struct str error;

	if (options->n_arguments == 0 || !options->targets) {
		trouble("show: %s is missing: `gpuplan show VM [PATH…] -t TARGET`",
			options->targets ? "the name of a VM or host" : "-t TARGET");
		return STATUS_TROUBLE;
	}
	backend = target_find(arena, str_of(options->targets), &error);
	if (!backend)
		trouble("-t: %.*s", STR_ARG(error));
	artifact = backend ? find_artifact(backend, options->variant) : NULL;
	if (!artifact)
		return STATUS_TROUBLE;
	status = read_plan(&session, options, options->arguments + 1, options->n_arguments - 1);
	if (status == STATUS_OK)
		status = show(session, options, backend, artifact);
	session_close(session);
	return status;
}

/* Says which targets have the variant where this one lacks it. */
static const struct artifact *find_artifact(const struct backend *backend, const char *variant)
{
	const struct artifact *artifact = backend_artifact(backend, variant);
	const char *between = "";
	char targets[128] = "";
	size_t n = 0;

	if (artifact)
		return artifact;
	for (size_t i = 0; backends[i]; i++) {
		if (!backend_artifact(backends[i], variant))
			continue;
		n += (size_t)snprintf(targets + n, sizeof targets - n, "%s-t %s", between,
				      backends[i]->target);
		between = " and ";
	}
	trouble("--%s goes with %s", variant, targets);
	return NULL;
}

static enum status print(bool good, struct str text, struct str error)
{
	if (!good) {
		trouble("%.*s", STR_ARG(error));
		return STATUS_TROUBLE;
	}
	if (text.n)
		fwrite(text.p, 1, text.n, stdout);
	return flush_output(stdout, "standard output") ? STATUS_OK : STATUS_TROUBLE;
}

/* --- findings that stand in the way: those of the VM, its host, and their profiles --- */

/* Every section with a name starts like this. */
static bool concerns(struct span at, const void *section)
{
	const struct named_spec *s = section;

	return s && (span_within(at, s->at) || span_within(at, s->name.at));
}

static bool blocks(const struct finding *f, enum severity failing, const struct vm *vm,
		   const struct host *host)
{
	if (f->severity < failing || !span_given(f->at))
		return f->severity >= failing;
	return (vm && (concerns(f->at, vm->spec) || concerns(f->at, vm->profile))) ||
	       (host && (concerns(f->at, host->spec) || concerns(f->at, host->profile)));
}

/* Prints what stands in the way of showing the VM, or the host (`vms`: with its VMs); true: nothing
 * does. */
static bool is_clean(const struct gpuplan_session *session, const struct options *options,
		     const struct vm *vm, const struct host *host, bool vms)
{
	enum severity failing = session_failing(session);
	const struct findings *all = &session->findings;
	struct findings blocking = {
		.arena = all->arena,
		.items = arena_array(session->arena, all->n, sizeof *all->items),
	};

	for (uint32_t i = 0; i < all->n; i++) {
		bool against = blocks(&all->items[i], failing, vm, host);

		/* What is wrong with the VM may be what no finding tells of. */
		against |= session->plan->cut && strcmp(all->items[i].rule, "yaml-limit") == 0;

		for (uint32_t v = 0; vms && v < host->n_vms; v++)
			against |= blocks(&all->items[i], failing, host->vms[v], NULL);
		if (against)
			blocking.items[blocking.n++] = all->items[i];
	}
	print_some_findings(options, &blocking, &session->sources, isatty(STDERR_FILENO), stderr);
	return blocking.n == 0;
}

/* --- names --- */

static struct str vm_name(size_t i, const void *data)
{
	return ((const struct plan *)data)->vms[i].spec->name.s;
}

static struct str host_name(size_t i, const void *data)
{
	return ((const struct plan *)data)->hosts[i].spec->name.s;
}

/* A name that is not there may be in a part that could not be read: then that is what is wrong. */
static enum status unknown(const struct gpuplan_session *session, const struct options *options,
			   const char *what, struct str name, size_t n,
			   struct str (*get)(size_t i, const void *data))
{
	const struct plan *plan = session->plan;
	size_t near = nearest(name, n, get, plan);

	if (plan->incomplete)
		print_some_findings(options, &session->findings, &session->sources,
				    isatty(STDERR_FILENO), stderr);
	if (near != SIZE_MAX)
		trouble("no %s '%.*s': did you mean '%.*s'?", what, STR_ARG(name),
			STR_ARG(get(near, plan)));
	else
		trouble("no %s '%.*s' in the plan", what, STR_ARG(name));
	return plan->incomplete ? STATUS_FINDINGS : STATUS_TROUBLE;
}

/* --- one artifact --- */

/* The VM of that name, and its host; false: there is none, and *status says what was printed. */
static bool find_vm(const struct gpuplan_session *session, const struct options *options,
		    const struct backend *backend, struct subject *of, enum status *status)
{
	struct str name = str_of(options->arguments[0]);
	const struct plan *plan = session->plan;

	*status = STATUS_TROUBLE;
	of->vm = plan_vm(plan, name);
	if (of->vm) {
		of->host = of->vm->host;
		return true;
	}
	if (plan_host(plan, name))
		trouble("'%.*s' is a host, and -t %s is of a VM", STR_ARG(name), backend->target);
	else
		*status = unknown(session, options, "VM", name, plan->n_vms, vm_name);
	return false;
}

static bool find_host(const struct gpuplan_session *session, const struct options *options,
		      const struct backend *backend, struct subject *of, enum status *status)
{
	struct str name = str_of(options->arguments[0]);
	const struct plan *plan = session->plan;
	const struct vm *vm = plan_vm(plan, name);

	*status = STATUS_TROUBLE;
	of->host = plan_host(plan, name);
	if (of->host)
		return true;
	if (vm && vm->host)
		trouble("'%.*s' is a VM, and -t %s is of a host: its own is '%.*s'", STR_ARG(name),
			backend->target, STR_ARG(vm->host->spec->name.s));
	else
		*status = unknown(session, options, "host", name, plan->n_hosts, host_name);
	return false;
}

static bool has(const struct backend *backend, const struct artifact *artifact,
		const struct subject *of, struct str name)
{
	if (of->host && backend_has(backend, artifact, of))
		return true;
	if (of->vm)
		trouble("VM '%.*s' has no %s artifact: its host is %s", STR_ARG(name),
			backend->target, of->host ? of->host->platform->word : "not known");
	else
		trouble("host '%.*s' has no %s: %s", STR_ARG(name), backend->target,
			backend->no_artifact);
	return false;
}

static enum status show(const struct gpuplan_session *session, const struct options *options,
			const struct backend *backend, const struct artifact *artifact)
{
	struct subject of = {.plan = session->plan};
	struct str text = {0}, error = {0};
	enum status status;
	bool good;

	if (artifact->scope == OF_VM ? !find_vm(session, options, backend, &of, &status)
				     : !find_host(session, options, backend, &of, &status))
		return status;
	if (!is_clean(session, options, of.vm, of.host, backend->of_vms))
		return STATUS_FINDINGS;
	if (!has(backend, artifact, &of, str_of(options->arguments[0])))
		return STATUS_TROUBLE;
	good = artifact_text(session->arena, backend, artifact, &of, &text, &error);
	return print(good, text, error);
}
