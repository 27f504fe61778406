/* gpuplan lint: reads the plan, runs every rule, prints findings. */
#include "compiler/cli/cli.h"

static enum status run(struct arena *arena, const struct options *options);

const struct command command_lint = {
	.name = "lint",
	.arguments = "[PATH…]",
	.summary = "check specs: files, directories, or - for standard input (default: .)",
	.run = run,
	.bit = COMMAND_LINT,
};

static bool print_to(const struct workspace *workspace, enum format format, const char *name)
{
	struct out_file file;

	if (!out_file_open(&file, workspace->arena, name))
		return false;
	workspace_print(workspace, format, file.out);
	return out_file_close(&file);
}

static enum status run(struct arena *arena, const struct options *options)
{
	struct workspace workspace;
	enum status status = workspace_open(&workspace, arena, options, options->arguments,
					    options->n_arguments);
	uint32_t n = options->n_outputs ? options->n_outputs : 1;

	if (status != STATUS_OK)
		return status;
	/* One that cannot be written keeps nobody from reading the others. */
	for (uint32_t i = 0; i < n; i++)
		if (!print_to(&workspace, options->outputs[i].format, options->outputs[i].file))
			status = STATUS_TROUBLE;
	if (status != STATUS_OK)
		return status;
	workspace_print_summary(&workspace);
	return workspace_verdict(&workspace);
}
