/* gpuplan show: one artifact on standard output. */
#include <unistd.h>

#include "compiler/cli/cli.h"
#include "compiler/session/target.h"

static enum status run(struct arena *arena, const struct options *options);

const struct command command_show = {
	.name = "show",
	.arguments = "VM|HOST [PATH…] -t TARGET",
	.summary = "print one VM's artifact, or (-t clique-map, host-setup) one host's",
	.run = run,
	.bit = COMMAND_SHOW,
};

/* What the options ask for can be had of some plan. */
static bool options_agree(struct arena *arena, const struct options *options)
{
	const struct backend *backend;
	struct str error;

	if (options->n_arguments == 0 || !options->targets) {
		trouble("show: %s is missing: `gpuplan show VM [PATH…] -t TARGET`",
			options->targets ? "the name of a VM or host" : "-t TARGET");
		return false;
	}
	backend = target_find(arena, str_of(options->targets), &error);
	if (!backend)
		trouble("-t: %.*s", STR_ARG(error));
	else if (!variant_find(arena, backend, options->variant, &error))
		trouble("%.*s", STR_ARG(error));
	else
		return true;
	return false;
}

static enum status print(const struct gpuplan_artifact *artifact)
{
	if (artifact->length)
		fwrite(artifact->text, 1, artifact->length, stdout);
	return flush_output(stdout, "standard output") ? STATUS_OK : STATUS_TROUBLE;
}

static enum status show(struct gpuplan_session *session, const struct options *options)
{
	struct gpuplan_artifact_options one = {
		.targets = &options->targets,
		.n_targets = 1,
		.name = options->arguments[0],
		.variant = options->variant,
	};
	const struct gpuplan_artifact *artifact;
	bool help = isatty(STDERR_FILENO);
	size_t n;

	switch (session_artifacts(session, &one, &artifact, &n)) {
	case GPUPLAN_OK:
		return print(artifact);
	case GPUPLAN_FINDINGS:
		print_some_findings(options, &session->blocking, &session->sources, help, stderr);
		return STATUS_FINDINGS;
	case GPUPLAN_NOT_FOUND:
		if (!session->plan->incomplete)
			return session_trouble(session);
		/* It may be in a part that could not be read: then that is what is wrong. */
		print_some_findings(options, &session->findings, &session->sources, help, stderr);
		session_trouble(session);
		return STATUS_FINDINGS;
	default:
		return session_trouble(session);
	}
}

static enum status run(struct arena *arena, const struct options *options)
{
	struct gpuplan_session *session;
	enum status status;

	if (!options_agree(arena, options))
		return STATUS_TROUBLE;
	status = read_plan(&session, options, 1);
	if (status == STATUS_OK)
		status = show(session, options);
	session_close(session);
	return status;
}
