/* gpuplan compile: lints, then writes every artifact. */
#include <errno.h>
#include <time.h>
#include <unistd.h>

#include "compiler/cli/artifact.h"
#include "compiler/cli/cli.h"
#include "compiler/output.h"

static enum status run(struct arena *arena, const struct options *options);

const struct command command_compile = {
	.name = "compile",
	.arguments = "[PATH…] -o DIR",
	.summary =
		"check specs and write libvirt XML, QEMU arguments, .vmx entries and clique maps",
	.run = run,
	.bit = COMMAND_COMPILE,
};

static bool parse_targets(struct arena *arena, const char *list, const char ***out);
static bool add_artifacts(struct workspace *workspace, struct output *output);
static void add_sources(const struct workspace *workspace, struct output *output);
static enum status check(struct workspace *workspace, struct output *output);
static enum status write_all(struct workspace *workspace, struct output *output);

static enum status run(struct arena *arena, const struct options *options)
{
	const char **targets = NULL;
	struct workspace workspace;
	struct output output;
	enum status status;

	if (!options->output || !*options->output) {
		trouble("compile: -o DIR is missing: the folder that is written (or `output` in "
			".gpuplan.yaml)");
		return STATUS_TROUBLE;
	}
	if (options->targets && !parse_targets(arena, options->targets, &targets))
		return STATUS_TROUBLE;
	status = workspace_open(&workspace, arena, options, options->arguments,
				options->n_arguments);
	if (status != STATUS_OK)
		return status;
	workspace_print(&workspace, FORMAT_TEXT, stderr);
	status = workspace_verdict(&workspace);
	if (status != STATUS_OK) {
		workspace_print_summary(&workspace);
		return status;
	}
	/* An empty plan would empty the folder: more likely the path is wrong. */
	if (workspace.plan->n_files == 0) {
		trouble("compile: no spec was found; %s is left as it is", options->output);
		return STATUS_TROUBLE;
	}
	output_init(&output, arena, GPUPLAN_VERSION, targets);
	if (!add_artifacts(&workspace, &output))
		return STATUS_TROUBLE;
	add_sources(&workspace, &output);
	return options->check ? check(&workspace, &output) : write_all(&workspace, &output);
}

/* "libvirt,vmx" as a list that ends with NULL. */
static bool parse_targets(struct arena *arena, const char *list, const char ***out)
{
	const char **targets = arena_array(arena, strlen(list) + 2, sizeof *targets);
	size_t n = 0;

	for (const char *p = list;; p++) {
		struct str name = {p, strcspn(p, ",")};
		const struct backend *backend = target_find(arena, name);

		if (!backend)
			return false;
		targets[n++] = backend->target;
		p += name.n;
		if (!*p)
			break;
	}
	*out = targets;
	return true;
}

/* --- a line that shows how far it is, on a terminal, once it takes longer than a second --- */

struct progress {
	struct timespec start;
	const char *what;
	bool shown;
};

static void progress_start(struct progress *progress, const struct options *options,
			   const char *what)
{
	*progress = (struct progress){.what = what};
	if (!options->quiet && isatty(STDERR_FILENO))
		clock_gettime(CLOCK_MONOTONIC, &progress->start);
	else
		progress->what = NULL;
}

static void progress_show(void *context, uint32_t done, uint32_t total)
{
	struct progress *progress = context;
	struct timespec now;

	if (!progress->what || done % 64)
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (now.tv_sec - progress->start.tv_sec < 2)
		return;
	fprintf(stderr, "\r%s: %u of %u", progress->what, done, total);
	progress->shown = true;
}

static void progress_end(struct progress *progress)
{
	if (progress->shown)
		fputs("\r\033[K", stderr);
}

/* --- what the folder is to hold --- */

static bool add_vm(struct workspace *workspace, struct output *output,
		   const struct backend *backend, const struct vm *vm)
{
	struct str name = vm->spec->name.s, text;

	for (size_t i = 0; i < backend->n_artifacts; i++) {
		const struct artifact *a = &backend->artifacts[i];

		if (!artifact_of_vm(workspace->arena, vm, a->write_vm, &text))
			return false;
		output_add(output, backend->target, vm->host->spec->name.s, name,
			   arena_printf(workspace->arena, "%.*s%s", STR_ARG(name), a->suffix),
			   text);
	}
	return true;
}

static bool add_host(struct workspace *workspace, struct output *output,
		     const struct backend *backend, const struct host *host)
{
	struct str text;

	for (size_t i = 0; i < backend->n_artifacts; i++) {
		const struct artifact *a = &backend->artifacts[i];

		if (!artifact_of_host(workspace->arena, host, a->write_host, &text))
			return false;
		output_add(output, backend->target, host->spec->name.s, (struct str){0},
			   str_of(a->suffix), text);
	}
	return true;
}

static bool considered(const struct output *output, const struct backend *backend)
{
	for (size_t i = 0; output->targets && output->targets[i]; i++) {
		if (output->targets[i] == backend->target)
			return true;
	}
	return !output->targets;
}

static bool add_artifacts(struct workspace *workspace, struct output *output)
{
	const struct plan *plan = workspace->plan;
	struct progress progress;
	bool good = true;

	progress_start(&progress, workspace->options, "making VMs");
	for (size_t b = 0; backends[b]; b++) {
		const struct backend *backend = backends[b];

		if (!considered(output, backend))
			continue;
		for (uint32_t i = 0; good && backend->for_vm && i < plan->n_vms; i++) {
			if (backend->for_vm(&plan->vms[i]))
				good = add_vm(workspace, output, backend, &plan->vms[i]);
			progress_show(&progress, i, plan->n_vms);
		}
		for (uint32_t i = 0; good && backend->for_host && i < plan->n_hosts; i++) {
			if (backend->for_host(&plan->hosts[i]))
				good = add_host(workspace, output, backend, &plan->hosts[i]);
		}
	}
	progress_end(&progress);
	return good;
}

static void add_sources(const struct workspace *workspace, struct output *output)
{
	for (uint32_t i = 0; i < workspace->sources.n; i++) {
		const struct source *source = &workspace->sources.items[i];

		if (!source->foreign)
			output_add_source(output, source->name, source->is_stdin, source->text);
	}
}

/* --- the folder --- */

static enum status check(struct workspace *workspace, struct output *output)
{
	const struct options *options = workspace->options;
	struct buffer diff;
	struct str error;
	enum output_status status;

	buffer_init(&diff, workspace->arena);
	status = output_check(output, options->output, &diff, &error);
	if (status == OUTPUT_FAILED) {
		trouble("%.*s", STR_ARG(error));
		return STATUS_TROUBLE;
	}
	if (diff.n)
		fwrite(diff.p, 1, diff.n, stdout);
	if (!flush_output(stdout, "standard output"))
		return STATUS_TROUBLE;
	if (status == OUTPUT_OK)
		return STATUS_OK;
	if (!options->quiet)
		fprintf(stderr, "%s is not what compile would write\n", options->output);
	return STATUS_FINDINGS;
}

static bool write_depfile(const struct options *options, const struct output *output)
{
	struct str text = output_depfile(output, options->output);
	FILE *out = fopen(options->depfile, "we");
	bool written;

	if (!out) {
		trouble("%s: %s", options->depfile, strerror(errno));
		return false;
	}
	fwrite(text.p, 1, text.n, out);
	written = flush_output(out, options->depfile);
	if (fclose(out) != 0 && written) {
		trouble("%s: %s", options->depfile, strerror(errno));
		written = false;
	}
	return written;
}

static enum status write_all(struct workspace *workspace, struct output *output)
{
	const struct options *options = workspace->options;
	struct output_counts counts;
	struct progress progress;
	struct str error;
	enum output_status status;

	progress_start(&progress, options, "writing files");
	output->progress = progress_show;
	output->progress_context = &progress;
	status = output_write(output, options->output, &counts, &error);
	progress_end(&progress);
	if (status != OUTPUT_OK) {
		trouble("%.*s", STR_ARG(error));
		return STATUS_TROUBLE;
	}
	if (options->depfile && !write_depfile(options, output))
		return STATUS_TROUBLE;
	if (!options->quiet)
		fprintf(stderr, "wrote %u %s, %u unchanged, %u removed in %s\n", counts.written,
			counts.written == 1 ? "file" : "files", counts.unchanged, counts.removed,
			options->output);
	return STATUS_OK;
}
