/* gpuplan compile: lints, then writes every artifact. */
#include <assert.h>
#include <errno.h>
#include <time.h>
#include <unistd.h>

#include "compiler/base/parallel.h"
#include "compiler/cli/artifact.h"
#include "compiler/cli/cli.h"
#include "compiler/output/output.h"

static enum status run(struct arena *arena, const struct options *options);

const struct command command_compile = {
	.name = "compile",
	.arguments = "[PATH…] -o DIR",
	.summary =
		"check specs and write libvirt XML, QEMU arguments, .vmx entries, clique maps and "
		"host setup scripts",
	.run = run,
	.bit = COMMAND_COMPILE,
};

enum { MANY_ARTIFACTS = 64 }; /* fewer are made before a thread has started */

static bool parse_targets(struct arena *arena, const char *list, const char ***out);
static bool add_artifacts(struct workspace *workspace, struct output *output);
static void add_sources(const struct workspace *workspace, struct output *output);
static void add_inputs(const struct workspace *workspace, struct output *output);
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
	output.jobs = options->jobs;
	if (!add_artifacts(&workspace, &output))
		return STATUS_TROUBLE;
	add_sources(&workspace, &output);
	add_inputs(&workspace, &output);
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

static bool considered(const struct output *output, const struct backend *backend)
{
	for (size_t i = 0; output->targets && output->targets[i]; i++) {
		if (output->targets[i] == backend->target)
			return true;
	}
	return !output->targets;
}

/* One artifact that is to be made, and then what was made of it. */
struct making {
	const struct backend *backend;
	const struct artifact *artifact;
	struct subject of;
	struct str text;
	struct str error; /* .n 0: none */
};

struct makings {
	struct arena *arena;
	struct making *items;
	uint32_t n, capacity;
	struct arena *scratch[MAX_JOBS]; /* of each worker */
	struct progress progress;
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
		m->text = arena_copy(worker->arena, text);
	else
		m->error = arena_copy(worker->arena, error);
	if (worker->number == 0)
		progress_show(&all->progress, i, all->n);
}

static struct str host_name(const struct subject *of)
{
	return of->host ? of->host->spec->name.s : STR("");
}

static struct str vm_name(const struct subject *of)
{
	return of->vm ? of->vm->spec->name.s : STR("");
}

static bool add_artifacts(struct workspace *workspace, struct output *output)
{
	struct makings all = {.arena = workspace->arena};

	for (size_t b = 0; backends[b]; b++)
		for (const struct artifact *a = backends[b]->artifacts; a->write; a++)
			if (a->path && considered(output, backends[b]))
				list_makings(&all, workspace->plan, backends[b], a);
	progress_start(&all.progress, workspace->options, "making VMs");
	parallel_for(workspace->arena, all.n < MANY_ARTIFACTS ? 1 : workspace->options->jobs, all.n,
		     make, &all);
	progress_end(&all.progress);
	for (uint32_t i = 0; i < MAX_JOBS; i++)
		arena_free(all.scratch[i]);
	for (uint32_t i = 0; i < all.n; i++) {
		const struct making *m = &all.items[i];

		if (m->error.n) {
			trouble("%.*s", STR_ARG(m->error));
			return false;
		}
		output_add(output, m->backend->target, host_name(&m->of), vm_name(&m->of),
			   artifact_path(output->arena, m->artifact, &m->of), m->text);
	}
	return true;
}

static void add_sources(const struct workspace *workspace, struct output *output)
{
	for (uint32_t i = 0; i < workspace->sources.n; i++) {
		const struct source *source = &workspace->sources.items[i];

		output_add_source(output, source->name, source->is_stdin, source->text);
	}
}

/* What decides besides the specs: what is silenced, and what the boards are. */
static void add_inputs(const struct workspace *workspace, struct output *output)
{
	const struct options *options = workspace->options;
	struct str file;

	if (options->project_file)
		output_add_input(output, str_of(options->project_file));
	if (options->baseline)
		output_add_input(output, str_of(options->baseline));
	for (unsigned i = 0; catalog_table_file(workspace->catalog, i, &file); i++) {
		if (file.n)
			output_add_input(output, file);
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
		fprintf(stderr,
			"%s is not what compile would write: compile, and commit what it wrote\n",
			options->output);
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
