/* gpuplan show: one artifact on standard output. */
#include "compiler/cli/artifact.h"
#include "compiler/cli/cli.h"
#include "schema/keys.h"

static enum status run(struct arena *arena, const struct options *options);

const struct command command_show = {
	.name = "show",
	.arguments = "VM|HOST [PATH…] -t TARGET",
	.summary = "print one VM's artifact, or (-t clique-map, host-setup) one host's",
	.run = run,
	.bit = COMMAND_SHOW,
};

static enum status show_vm(struct workspace *workspace, const struct backend *backend,
			   struct str name);
static enum status show_host(struct workspace *workspace, const struct backend *backend,
			     struct str name);
static bool variants_fit(const struct options *options, const struct backend *backend);

static enum status run(struct arena *arena, const struct options *options)
{
	const struct backend *backend;
	struct workspace workspace;
	enum status status;
	struct str name;

	if (options->n_arguments == 0 || !options->targets) {
		trouble("show: %s is missing: `gpuplan show VM [PATH…] -t TARGET`",
			options->targets ? "the name of a VM or host" : "-t TARGET");
		return STATUS_TROUBLE;
	}
	backend = target_find(arena, str_of(options->targets));
	if (!backend || !variants_fit(options, backend))
		return STATUS_TROUBLE;
	status = workspace_open(&workspace, arena, options, options->arguments + 1,
				options->n_arguments - 1);
	if (status != STATUS_OK)
		return status;
	name = str_of(options->arguments[0]);
	return backend->for_vm ? show_vm(&workspace, backend, name)
			       : show_host(&workspace, backend, name);
}

static bool variants_fit(const struct options *options, const struct backend *backend)
{
	if (options->devices && strcmp(backend->target, "libvirt") != 0) {
		trouble("--devices goes with -t libvirt");
		return false;
	}
	if (options->shell && strcmp(backend->target, "qemu") != 0 && backend->n_artifacts == 1) {
		trouble("--shell goes with -t qemu and -t clique-map");
		return false;
	}
	return true;
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
static bool is_clean(const struct workspace *workspace, const struct vm *vm,
		     const struct host *host, bool vms)
{
	enum severity failing = workspace->options->strict ? SEVERITY_WARNING : SEVERITY_ERROR;
	const struct findings *all = &workspace->findings;
	struct workspace blocking = *workspace;

	blocking.findings = (struct findings){
		.arena = all->arena,
		.items = arena_array(workspace->arena, all->n, sizeof *all->items),
	};
	for (uint32_t i = 0; i < all->n; i++) {
		bool against = blocks(&all->items[i], failing, vm, host);

		/* What is wrong with the VM may be what no finding tells of. */
		against |= workspace->plan->cut && strcmp(all->items[i].rule, "yaml-limit") == 0;

		for (uint32_t v = 0; vms && v < host->n_vms; v++)
			against |= blocks(&all->items[i], failing, host->vms[v], NULL);
		if (against)
			blocking.findings.items[blocking.findings.n++] = all->items[i];
	}
	if (blocking.findings.n)
		workspace_print(&blocking, FORMAT_TEXT, stderr);
	return blocking.findings.n == 0;
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
static enum status unknown(const struct workspace *workspace, const char *what, struct str name,
			   size_t n, struct str (*get)(size_t i, const void *data))
{
	size_t near = nearest(name, n, get, workspace->plan);

	if (workspace->plan->incomplete)
		workspace_print(workspace, FORMAT_TEXT, stderr);
	if (near != SIZE_MAX)
		trouble("no %s '%.*s': did you mean '%.*s'?", what, STR_ARG(name),
			STR_ARG(get(near, workspace->plan)));
	else
		trouble("no %s '%.*s' in the plan", what, STR_ARG(name));
	return workspace->plan->incomplete ? STATUS_FINDINGS : STATUS_TROUBLE;
}

/* --- one artifact --- */

static vm_writer writer_for(const struct options *options, const struct backend *backend)
{
	if (options->devices)
		return libvirt_write_devices;
	if (options->shell)
		return qemu_write_shell;
	return backend->artifacts[0].write_vm;
}

static enum status show_vm(struct workspace *workspace, const struct backend *backend,
			   struct str name)
{
	const struct vm *vm = plan_vm(workspace->plan, name);
	struct str text = {0}, error = {0};
	bool good;

	if (!vm && plan_host(workspace->plan, name)) {
		trouble("'%.*s' is a host, and -t %s is of a VM", STR_ARG(name), backend->target);
		return STATUS_TROUBLE;
	}
	if (!vm)
		return unknown(workspace, "VM", name, workspace->plan->n_vms, vm_name);
	if (!is_clean(workspace, vm, vm->host, false))
		return STATUS_FINDINGS;
	if (!backend->for_vm(vm)) {
		trouble("VM '%.*s' has no %s artifact: its host is %s", STR_ARG(name),
			backend->target,
			!vm->host	? "not known"
			: vm->host->kvm ? "kvm"
					: "vsphere");
		return STATUS_TROUBLE;
	}
	good = artifact_of_vm(workspace->arena, vm, writer_for(workspace->options, backend), &text,
			      &error);
	return print(good, text, error);
}

static enum status show_host(struct workspace *workspace, const struct backend *backend,
			     struct str name)
{
	const struct host *host = plan_host(workspace->plan, name);
	size_t which = workspace->options->shell ? backend->n_artifacts - 1 : 0;
	struct str text = {0}, error = {0};
	const struct vm *vm = plan_vm(workspace->plan, name);
	bool good;

	if (!host && vm && vm->host) {
		trouble("'%.*s' is a VM, and -t %s is of a host: its own is '%.*s'", STR_ARG(name),
			backend->target, STR_ARG(vm->host->spec->name.s));
		return STATUS_TROUBLE;
	}
	if (!host)
		return unknown(workspace, "host", name, workspace->plan->n_hosts, host_name);
	if (!is_clean(workspace, NULL, host, backend->of_vms))
		return STATUS_FINDINGS;
	if (!backend->for_host(host)) {
		trouble("host '%.*s' has no %s: %s", STR_ARG(name), backend->target,
			backend->no_artifact);
		return STATUS_TROUBLE;
	}
	good = artifact_of_host(workspace->arena, host, backend, &backend->artifacts[which], &text,
				&error);
	return print(good, text, error);
}
