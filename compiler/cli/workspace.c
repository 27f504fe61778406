/* A plan that was read and judged, and how its findings are shown. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "compiler/cli/cli.h"
#include "compiler/load.h"
#include "compiler/path.h"
#include "compiler/resolve.h"
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
	render_visible(&shown, text);
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
	static char *here[] = {(char *)"."};
	struct spec spec;
	uint32_t jobs;

	*workspace = (struct workspace){.arena = arena, .options = options};
	sources_init(&workspace->sources, arena);
	findings_init(&workspace->findings, arena);
	if (!open_catalog(workspace))
		return STATUS_TROUBLE;
	load_paths(&spec, arena, &workspace->sources, &workspace->findings, &options->exclude,
		   n_paths ? paths : here, n_paths ? n_paths : 1, options->stdin_filename,
		   options->jobs);
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

void workspace_print(const struct workspace *workspace, enum format format, FILE *out)
{
	struct findings *findings = (struct findings *)&workspace->findings;
	struct render_options options = {
		.color = want_color(workspace->options, out),
		.help = workspace->options->explain || isatty(fileno(out)),
		.max_findings = workspace->options->max_findings,
	};
	struct render_summary summary = {workspace->plan->n_files, workspace->plan->n_hosts,
					 workspace->plan->n_vms};
	struct buffer text;

	buffer_init(&text, workspace->arena);
	switch (format) {
	case FORMAT_AUTO:
	case FORMAT_TEXT:
		render_text(findings, &workspace->sources, options, &text);
		break;
	case FORMAT_ONELINE:
		render_oneline(findings, &workspace->sources, options, &text);
		break;
	case FORMAT_JSON:
		paths_of_findings(findings, &workspace->sources);
		render_json(findings, &workspace->sources, summary, out);
		break;
	}
	if (text.n)
		fwrite(text.p, 1, text.n, out);
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
