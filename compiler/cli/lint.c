/* gpuplan lint: reads the plan, runs every rule, prints findings. */
#include <stdlib.h>

#include "compiler/cli/cli.h"
#include "compiler/finding/fix.h"

static enum status run(struct arena *arena, const struct options *options);

const struct command command_lint = {
	.name = "lint",
	.arguments = "[PATH…]",
	.summary = "check specs: files, directories, or - for standard input (default: .)",
	.run = run,
	.bit = COMMAND_LINT,
};

/* `standard`: the stream to use if no file is given. */
static bool print_to(struct gpuplan_session *session, const struct options *options,
		     const char *format, const char *name, FILE *standard)
{
	struct str text = {0};
	FILE *out = name ? open_memstream((char **)&text.p, &text.n) : standard;
	bool written;

	if (!out)
		arena_oom();
	print_findings(session, options, format, out);
	if (!name)
		return flush_output(out, "standard output");
	if (ferror(out) || fclose(out) != 0)
		arena_oom();
	written = write_out(session->arena, name, text);
	free((char *)text.p);
	return written;
}

static enum status report_all(struct gpuplan_session *session, const struct options *options,
			      FILE *standard)
{
	uint32_t n = options->n_outputs ? options->n_outputs : 1;
	bool written = true;

	/* A report that cannot be written does not keep the others from being written. */
	for (uint32_t i = 0; i < n; i++)
		written &= print_to(session, options, options->outputs[i].format,
				    options->outputs[i].file, standard);
	if (!written)
		return STATUS_TROUBLE;
	print_summary(session, options);
	return session_verdict(session);
}

/* What is left is reported; what a diff shows is drift, as with `compile --check`. */
static enum status run_fix(const struct options *options)
{
	struct fixed fixed;
	enum status status = fix_plan(&fixed, options);

	if (status == STATUS_OK) {
		status = report_all(fixed.mended.last, options,
				    fix_takes_output(options) ? stderr : stdout);
		if (status != STATUS_TROUBLE)
			fix_print_summary(&fixed, options);
		if (status == STATUS_OK && options->diff && fixed.changed)
			status = STATUS_FINDINGS;
	}
	fix_done(&fixed);
	return status;
}

/* Says what --fix could mend if it was not given. */
static void print_fixable(const struct gpuplan_session *session, const struct options *options)
{
	uint32_t safe = fix_count(&session->findings, true);
	uint32_t unsafe = fix_count(&session->findings, false);

	if (options->quiet || safe + unsafe == 0)
		return;
	if (safe)
		fprintf(stderr, "%u can be fixed with --fix%s", safe, unsafe ? ", " : "");
	if (unsafe)
		fprintf(stderr, "%u%s with --unsafe-fixes", unsafe,
			safe ? " more" : " can be fixed");
	fputs("\n", stderr);
}

static enum status run(struct arena *arena, const struct options *options)
{
	struct gpuplan_session *session;
	enum status status;

	(void)arena;
	if (options->fix)
		return run_fix(options);
	status = read_plan(&session, options, 0);
	if (status == STATUS_OK) {
		status = report_all(session, options, stdout);
		if (status != STATUS_TROUBLE)
			print_fixable(session, options);
	}
	session_close(session);
	return status;
}
