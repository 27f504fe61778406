/* A plan that was read and judged, and how its findings are shown. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "compiler/base/visible.h"
#include "compiler/cli/cli.h"
#include "compiler/finding/path.h"
#include "compiler/finding/render_ci.h"
#include "compiler/model/load.h"
#include "compiler/plan/resolve.h"
#include "rules/rules.h"

void trouble(const char *format, ...)
{
	va_list args;
	struct arena *arena = arena_new();
	struct buffer shown;
	struct str text;

	va_start(args, format);
	text = arena_vprintf(arena, format, args);
	va_end(args);
	buffer_init(&shown, arena);
	text_visible(&shown, text);
	fprintf(stderr, "gpuplan: %.*s\n", STR_ARG(buffer_text(&shown)));
	arena_free(arena);
}

bool flush_output(FILE *out, const char *name)
{
	if (fflush(out) == 0 && !ferror(out))
		return true;
	/* Who closes the pipe early has seen enough. */
	if (errno != EPIPE)
		trouble("%s: %s", name, strerror(errno));
	return false;
}

void print_catalog_error(const struct catalog_error *error)
{
	if (error->row)
		trouble("%.*s:%u:%u: %.*s", STR_ARG(error->file), error->row, error->column,
			STR_ARG(error->message));
	else
		trouble("%.*s: %.*s", STR_ARG(error->file), STR_ARG(error->message));
}

static bool open_catalog(struct workspace *s)
{
	struct catalog_error error;

	s->catalog = catalog_open(s->arena, s->options->catalog, &error);
	if (!s->catalog)
		print_catalog_error(&error);
	return s->catalog;
}

enum { MANY_VMS = 2000 };

enum status workspace_open(struct workspace *workspace, struct arena *arena,
			   const struct options *options, char **paths, uint32_t n_paths)
{
	return workspace_open_files(workspace, arena, options, &system_files, paths, n_paths);
}

enum status workspace_open_files(struct workspace *workspace, struct arena *arena,
				 const struct options *options, const struct files *files,
				 char **paths, uint32_t n_paths)
{
	static char *here[] = {(char *)"."};
	struct load_options load = {
		.paths = n_paths ? paths : here,
		.n = n_paths ? n_paths : 1,
		.exclude = &options->exclude,
		.stdin_name = options->stdin_filename,
		.jobs = options->jobs,
	};
	struct spec spec;
	uint32_t jobs;

	*workspace = (struct workspace){.arena = arena, .options = options};
	sources_init(&workspace->sources, arena, files);
	findings_init(&workspace->findings, arena);
	if (!open_catalog(workspace))
		return STATUS_TROUBLE;
	load_paths(&spec, arena, &workspace->sources, &workspace->findings, &load);
	for (uint32_t i = 0; i < spec.n_errors; i++)
		trouble("%.*s", STR_ARG(spec.errors[i]));
	if (spec.n_errors)
		return STATUS_TROUBLE;
	/* A small plan is done before a second thread has started. */
	jobs = spec.vms.n < MANY_VMS ? 1 : options->jobs;
	if (jobs > 1)
		catalog_load_all(workspace->catalog);
	workspace->plan = plan_resolve(arena, &workspace->sources, workspace->catalog, &spec,
				       &workspace->findings, jobs);
	judge_plan(workspace->plan, arena, &workspace->findings, jobs);
	return workspace_settle(workspace);
}

enum status workspace_verdict(const struct workspace *workspace)
{
	const struct findings *f = &workspace->findings;

	if (findings_count(f, SEVERITY_ERROR) ||
	    (workspace->options->strict && findings_count(f, SEVERITY_WARNING)))
		return STATUS_FINDINGS;
	return STATUS_OK;
}

bool want_color(const struct options *options, FILE *out)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	if (strcmp(options->color, "auto") != 0)
		return strcmp(options->color, "always") == 0;
	return isatty(fileno(out)) && !(no_color && *no_color) &&
	       !(term && strcmp(term, "dumb") == 0);
}

/* What GitHub's runner sets for every step. */
static enum format format_here(void)
{
	const char *actions = getenv("GITHUB_ACTIONS");

	return actions && strcmp(actions, "true") == 0 ? FORMAT_GITHUB : FORMAT_TEXT;
}

static struct ci_report ci_report(const struct workspace *workspace)
{
	struct ci_report report = {
		.findings = &workspace->findings,
		.sources = &workspace->sources,
		.rules = rules,
		.version = GPUPLAN_VERSION,
		.failing = workspace->options->strict ? SEVERITY_WARNING : SEVERITY_ERROR,
		.max_findings = workspace->options->max_findings,
	};

	name_root_init(&report.root, workspace->arena, workspace->sources.files,
		       getenv("GITHUB_WORKSPACE"));
	return report;
}

static void print_for_people(const struct workspace *workspace, enum format format, FILE *out)
{
	struct render_options options = {
		.color = want_color(workspace->options, out),
		.help = workspace->options->explain || isatty(fileno(out)),
		.max_findings = workspace->options->max_findings,
	};
	struct buffer text;

	buffer_init(&text, workspace->arena);
	if (format == FORMAT_ONELINE)
		render_oneline(&workspace->findings, &workspace->sources, options, &text);
	else
		render_text(&workspace->findings, &workspace->sources, options, &text);
	if (text.n)
		fwrite(text.p, 1, text.n, out);
}

static void print_for_programs(const struct workspace *workspace, enum format format, FILE *out)
{
	struct render_summary summary = {workspace->plan->n_files, workspace->plan->n_hosts,
					 workspace->plan->n_vms};
	struct ci_report report = ci_report(workspace);

	/* Looked up only where a format wants them. */
	paths_of_findings((struct findings *)&workspace->findings, &workspace->sources);
	if (format == FORMAT_JSON)
		render_json(&workspace->findings, &workspace->sources, summary, out);
	else if (format == FORMAT_SARIF)
		render_sarif(&report, out);
	else if (format == FORMAT_JUNIT)
		render_junit(&report, out);
	else
		render_github(&report, out);
}

void workspace_print(const struct workspace *workspace, enum format format, FILE *out)
{
	if (format == FORMAT_AUTO)
		format = format_here();
	if (format == FORMAT_TEXT || format == FORMAT_ONELINE)
		print_for_people(workspace, format, out);
	else
		print_for_programs(workspace, format, out);
}

static void count(uint32_t n, const char *one, const char *several)
{
	fprintf(stderr, "%u %s", n, n == 1 ? one : several);
}

void workspace_print_summary(const struct workspace *workspace)
{
	const struct findings *f = &workspace->findings;
	const struct plan *plan = workspace->plan;

	if (workspace->options->quiet)
		return;
	if (plan->n_files == 0) {
		/* A mistyped folder must not look like a clean one. */
		fprintf(stderr, "no spec was found (%u %s skipped)\n", plan->n_skipped,
			plan->n_skipped == 1 ? "file" : "files");
		return;
	}
	count(plan->n_files, "file, ", "files, ");
	count(plan->n_hosts, "host, ", "hosts, ");
	count(plan->n_vms, "VM: ", "VMs: ");
	count(findings_count(f, SEVERITY_ERROR), "error, ", "errors, ");
	count(findings_count(f, SEVERITY_WARNING), "warning, ", "warnings, ");
	count(findings_count(f, SEVERITY_NOTE), "note", "notes");
	if (workspace->n_silenced)
		fprintf(stderr, ", %u silenced by comments", workspace->n_silenced);
	if (workspace->n_baseline)
		fprintf(stderr, ", %u in the baseline", workspace->n_baseline);
	if (plan->n_skipped)
		fprintf(stderr, " (%u %s skipped: no gpuplan spec)", plan->n_skipped,
			plan->n_skipped == 1 ? "file" : "files");
	fputs("\n", stderr);
	if (workspace->n_gone)
		fprintf(stderr,
			"%u %s in the baseline %s nothing any more: --write-baseline FILE records "
			"anew\n",
			workspace->n_gone, workspace->n_gone == 1 ? "entry" : "entries",
			workspace->n_gone == 1 ? "hides" : "hide");
}
