/* gpuplan lsp: the language server, on standard input and output. */
#include <signal.h>
#include <unistd.h>

#include "compiler/cli/lsp/dispatch.h"

static enum status run(struct arena *arena, const struct options *options);

const struct command command_lsp = {
	.name = "lsp",
	.arguments = "",
	.summary = "run the language server on standard input and output, for editors",
	.run = run,
	.bit = COMMAND_LSP,
};

/* Findings and the client name files by their whole paths. */
static const char *absolute(struct arena *arena, const char *file)
{
	if (file)
		system_files.real_path(&system_files, arena, file, &file);
	return file;
}

static enum status run(struct arena *arena, const struct options *options)
{
	struct gpuplan_options of_sessions = session_options(options);
	struct catalog *catalog;

	if (options->n_arguments) {
		trouble("lsp takes no argument; the editor names the folder");
		return STATUS_TROUBLE;
	}
	catalog = open_catalog(arena, options->catalog);
	if (!catalog)
		return STATUS_TROUBLE;
	of_sessions.project = absolute(arena, options->config);
	of_sessions.baseline = absolute(arena, options->baseline);
	signal(SIGPIPE, SIG_IGN);
	return server_run(&of_sessions, catalog, STDIN_FILENO, STDOUT_FILENO);
}
