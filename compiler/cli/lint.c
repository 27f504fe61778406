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

static bool print_to(const struct workspace *workspace, enum format format, const char *file)
{
	FILE *out = file ? fopen(file, "we") : stdout;
	bool written;

	if (!out) {
		trouble("%s: %s", file, strerror(errno));
		return false;
	}
	workspace_print(workspace, format, out);
	written = flush_output(out, file ? file : "standard output");
	if (file && fclose(out) != 0 && written) {
		trouble("%s: %s", file, strerror(errno));
		written = false;
	}
	return written;
}

static enum status run(struct arena *arena, const struct options *options)
{
	struct workspace workspace;
	enum status status = workspace_open(&workspace, arena, options, options->arguments,
					    options->n_arguments);
	uint32_t n = options->n_outputs ? options->n_outputs : 1;

	if (status != STATUS_OK)
		return status;
	for (uint32_t i = 0; i < n; i++)
		if (!print_to(&workspace, options->outputs[i].format, options->outputs[i].file))
			return STATUS_TROUBLE;
	workspace_print_summary(&workspace);
	return workspace_verdict(&workspace);
}
