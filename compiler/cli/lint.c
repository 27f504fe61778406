/* gpuplan lint: reads the plan, runs every rule, prints findings. */
#include <errno.h>

#include "compiler/cli/cli.h"

static enum status run(struct arena *arena, const struct options *options);

const struct command command_lint = {
	.name = "lint",
	.arguments = "[PATH…]",
	.summary = "check specs: files, directories, or - for standard input (default: .)",
	.run = run,
	.bit = COMMAND_LINT,
};

static bool print_to(const struct session *session, enum format format, const char *file)
{
	FILE *out = file ? fopen(file, "we") : stdout;
	bool written;

	if (!out) {
		trouble("%s: %s", file, strerror(errno));
		return false;
	}
	session_print(session, format, out);
	written = flush_output(out, file ? file : "standard output");
	if (file && fclose(out) != 0 && written) {
		trouble("%s: %s", file, strerror(errno));
		written = false;
	}
	return written;
}

static enum status run(struct arena *arena, const struct options *options)
{
	struct session session;
	enum status status = session_open(&session, arena, options, options->arguments,
					  options->n_arguments);
	uint32_t n = options->n_outputs ? options->n_outputs : 1;

	if (status != STATUS_OK)
		return status;
	for (uint32_t i = 0; i < n; i++)
		if (!print_to(&session, options->outputs[i].format, options->outputs[i].file))
			return STATUS_TROUBLE;
	session_print_summary(&session);
	return session_verdict(&session);
}
