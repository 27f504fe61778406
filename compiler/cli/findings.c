/* How the findings of a session are printed. */
#include <stdlib.h>
#include <unistd.h>

#include "compiler/cli/cli.h"
#include "compiler/finding/render.h"

bool want_color(const struct options *options, FILE *out)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	if (strcmp(options->color, "auto") != 0)
		return strcmp(options->color, "always") == 0;
	return isatty(fileno(out)) && !(no_color && *no_color) &&
	       !(term && strcmp(term, "dumb") == 0);
}

/* What GitHub's runner sets for every step. */
static const char *format_here(void)
{
	const char *actions = getenv("GITHUB_ACTIONS");

	return actions && strcmp(actions, "true") == 0 ? "github" : "text";
}

void print_findings(struct gpuplan_session *session, const struct options *options,
		    const char *format, FILE *out)
{
	struct gpuplan_format how = {
		.name = format ? format : format_here(),
		.color = want_color(options, out),
		.help = options->explain || isatty(fileno(out)),
		.max_findings = options->max_findings,
		.checkout = getenv("GITHUB_WORKSPACE"),
	};

	session_render(session, &how, out);
}

void print_some_findings(const struct options *options, const struct findings *findings,
			 const struct sources *sources, bool help, FILE *out)
{
	struct report report = {
		.findings = findings,
		.sources = sources,
		.color = want_color(options, out),
		.help = help,
		.max_findings = options->max_findings,
	};

	render_text.render(&report, out);
}

static void count(uint32_t n, const char *one, const char *several)
{
	fprintf(stderr, "%u %s", n, n == 1 ? one : several);
}

void print_summary(const struct gpuplan_session *session, const struct options *options)
{
	const struct findings *f = &session->findings;
	const struct plan *plan = session->plan;

	if (options->quiet)
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
	if (session->n_silenced)
		fprintf(stderr, ", %u silenced by comments", session->n_silenced);
	if (session->n_baseline)
		fprintf(stderr, ", %u in the baseline", session->n_baseline);
	if (plan->n_skipped)
		fprintf(stderr, " (%u %s skipped: no gpuplan spec)", plan->n_skipped,
			plan->n_skipped == 1 ? "file" : "files");
	fputs("\n", stderr);
	if (session->n_gone)
		fprintf(stderr,
			"%u %s in the baseline %s nothing any more: --write-baseline FILE records "
			"anew\n",
			session->n_gone, session->n_gone == 1 ? "entry" : "entries",
			session->n_gone == 1 ? "hides" : "hide");
}
