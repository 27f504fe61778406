/* gpuplan import topo: captures as the keys of a host. */
#include "compiler/tools/import/import.h"
#include "compiler/cli/cli.h"

static enum status run(struct arena *arena, const struct options *options);

const struct command command_import = {
	.name = "import",
	.arguments = "topo FILE…",
	.summary =
		"print the keys that saved `nvidia-smi topo` output gives a host (- reads a pipe)",
	.run = run,
	.bit = COMMAND_IMPORT,
};

static bool read_files(struct sources *sources, const struct options *options)
{
	for (uint32_t i = 1; i < options->n_arguments; i++) {
		struct source *source;
		struct str error;

		if (!source_read(sources, options->arguments[i], options->stdin_filename,
				 CAPTURE_MAX_BYTES, &source, &error)) {
			trouble("%.*s", STR_ARG(error));
			return false;
		}
	}
	return true;
}

static void print_error(struct arena *arena, const struct sources *sources,
			const struct options *options, const struct capture_error *error)
{
	struct findings findings;
	struct finding *f;

	findings_init(&findings, arena);
	f = finding_add(&findings, "spec-capture", SEVERITY_ERROR, error->at, "%.*s",
			STR_ARG(error->message));
	if (span_given(error->other))
		finding_note(&findings, f, error->other, "%.*s", STR_ARG(error->other_message));
	finding_help(&findings, f,
		     "save it again on the bare host: `nvidia-smi topo -m > FILE` (-p2p r, -p2p w)");
	print_some_findings(options, &findings, sources, true, stderr);
}

static enum status run(struct arena *arena, const struct options *options)
{
	struct capture_error error = {.at = {0, 0}};
	struct sources sources;
	struct capture_set set;
	struct buffer out;

	if (options->n_arguments < 2 || strcmp(options->arguments[0], "topo") != 0) {
		trouble("import: `gpuplan import topo FILE…` takes saved `nvidia-smi topo` output");
		return STATUS_TROUBLE;
	}
	sources_init(&sources, arena, &system_files);
	if (!read_files(&sources, options))
		return STATUS_TROUBLE;
	if (!capture_set_read(arena, &sources, 0, &set, &error)) {
		print_error(arena, &sources, options, &error);
		return STATUS_FINDINGS;
	}
	buffer_init(&out, arena);
	import_host(&out, &sources, &set);
	fwrite(out.p, 1, out.n, stdout);
	return flush_output(stdout, "standard output") ? STATUS_OK : STATUS_TROUBLE;
}
