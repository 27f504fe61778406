/* gpuplan compile: lints, then writes every artifact. */
#include <unistd.h>

#include "compiler/cli/progress.h"
#include "compiler/output/output.h"
#include "compiler/session/target.h"

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

/* What the command line asks for, or else the project file. */
struct request {
	const struct options *options;
	const char *folder;
	const char *const *targets; /* ends with NULL; NULL: all */
	size_t n_targets;
};

static bool read_request(struct request *request, struct arena *arena,
			 const struct options *options, const struct gpuplan_session *session);
static enum status report_findings(struct gpuplan_session *session, const struct request *request);
static enum status add_artifacts(struct gpuplan_session *session, const struct request *request,
				 struct output *output);
static void add_inputs(const struct gpuplan_session *session, struct output *output);
static enum status check(const struct request *request, struct output *output);
static enum status write_all(const struct request *request, struct output *output);

static enum status compile(struct arena *arena, const struct options *options,
			   struct gpuplan_session *session)
{
	struct request request;
	struct output output;
	enum status status;

	if (!read_request(&request, arena, options, session))
		return STATUS_TROUBLE;
	status = judge_session(session, options);
	if (status == STATUS_OK)
		status = report_findings(session, &request);
	if (status != STATUS_OK)
		return status;
	output_init(&output, arena, &system_files, GPUPLAN_VERSION, request.targets);
	output.jobs = options->jobs;
	status = add_artifacts(session, &request, &output);
	if (status != STATUS_OK)
		return status;
	add_inputs(session, &output);
	return options->check ? check(&request, &output) : write_all(&request, &output);
}

static enum status run(struct arena *arena, const struct options *options)
{
	struct gpuplan_session *session;
	enum status status = open_session(&session, options, 0);

	if (status == STATUS_OK)
		status = compile(arena, options, session);
	session_close(session);
	return status;
}

/* --- what is asked for --- */

/* "libvirt,vmx" as a list that ends with NULL. */
static bool parse_targets(struct arena *arena, const char *list, struct request *request)
{
	const char **targets = arena_array(arena, strlen(list) + 2, sizeof *targets);
	struct str error;
	size_t n = 0;

	for (const char *p = list;; p++) {
		struct str name = {p, strcspn(p, ",")};
		const struct backend *backend = target_find(arena, name, &error);

		if (!backend) {
			trouble("-t: %.*s", STR_ARG(error));
			return false;
		}
		targets[n++] = backend->target;
		p += name.n;
		if (!*p)
			break;
	}
	request->targets = targets;
	request->n_targets = n;
	return true;
}

static bool read_request(struct request *request, struct arena *arena,
			 const struct options *options, const struct gpuplan_session *session)
{
	*request = (struct request){
		.options = options,
		.folder = options->output ? options->output : session->output,
		.targets = session->targets,
		.n_targets = session->n_targets,
	};
	if (!request->folder || !*request->folder) {
		trouble("compile: -o DIR is missing: the folder that is written (or `output` in "
			".gpuplan.yaml)");
		return false;
	}
	return !options->targets || parse_targets(arena, options->targets, request);
}

/* Prints the findings. STATUS_OK if neither they nor the lack of a spec prevents compiling. */
static enum status report_findings(struct gpuplan_session *session, const struct request *request)
{
	print_findings(session, request->options, "text", stderr);
	if (session_fails(session)) {
		print_summary(session, request->options);
		return STATUS_FINDINGS;
	}
	if (session->plan->n_files)
		return STATUS_OK;
	/* An empty plan would empty the folder: more likely the path is wrong. */
	trouble("compile: no spec was found; %s is left as it is", request->folder);
	return STATUS_TROUBLE;
}

/* --- what the folder is to hold --- */

static enum status add_artifacts(struct gpuplan_session *session, const struct request *request,
				 struct output *output)
{
	struct progress progress;
	struct gpuplan_artifact_options how = {
		.targets = request->targets,
		.n_targets = request->n_targets,
		.progress = progress_show,
		.context = &progress,
	};
	const struct gpuplan_artifact *artifacts;
	enum gpuplan_status status;
	size_t n;

	progress_start(&progress, request->options, "making VMs");
	status = session_artifacts(session, &how, &artifacts, &n);
	progress_end(&progress);
	if (status == GPUPLAN_FINDINGS) {
		print_some_findings(request->options, &session->blocking, &session->sources,
				    isatty(STDERR_FILENO), stderr);
		return STATUS_FINDINGS;
	}
	if (status != GPUPLAN_OK)
		return session_trouble(session);
	for (size_t i = 0; i < n; i++) {
		const struct gpuplan_artifact *a = &artifacts[i];

		output_add(output, a->target, str_of(a->host ? a->host : ""),
			   str_of(a->vm ? a->vm : ""), str_of(a->path),
			   (struct str){a->text, a->length});
	}
	return STATUS_OK;
}

/* The specs, and what decides besides them: what is silenced, and what the boards are. */
static void add_inputs(const struct gpuplan_session *session, struct output *output)
{
	struct str file;

	for (uint32_t i = 0; i < session->sources.n; i++) {
		const struct source *source = &session->sources.items[i];

		output_add_source(output, source->name, source->is_stdin, source->text);
	}
	if (session->project.file)
		output_add_input(output, str_of(session->project.file));
	if (session->baseline)
		output_add_input(output, str_of(session->baseline));
	for (unsigned i = 0; catalog_table_file(session->catalog, i, &file); i++) {
		if (file.n)
			output_add_input(output, file);
	}
}

/* --- the folder --- */

static enum status check(const struct request *request, struct output *output)
{
	struct buffer diff;
	struct str error;
	enum output_status status;

	buffer_init(&diff, output->arena);
	status = output_check(output, request->folder, &diff, &error);
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
	if (!request->options->quiet)
		fprintf(stderr,
			"%s is not what compile would write: compile, and commit what it wrote\n",
			request->folder);
	return STATUS_FINDINGS;
}

static enum status write_all(const struct request *request, struct output *output)
{
	const struct options *options = request->options;
	struct output_counts counts;
	struct progress progress;
	struct str error;
	enum output_status status;

	progress_start(&progress, options, "writing files");
	output->progress = progress_show;
	output->progress_context = &progress;
	status = output_write(output, request->folder, &counts, &error);
	progress_end(&progress);
	if (status != OUTPUT_OK) {
		trouble("%.*s", STR_ARG(error));
		return STATUS_TROUBLE;
	}
	if (options->depfile &&
	    !write_out(output->arena, options->depfile, output_depfile(output, request->folder)))
		return STATUS_TROUBLE;
	if (!options->quiet)
		fprintf(stderr, "wrote %u %s, %u unchanged, %u removed in %s\n", counts.written,
			counts.written == 1 ? "file" : "files", counts.unchanged, counts.removed,
			request->folder);
	return STATUS_OK;
}
