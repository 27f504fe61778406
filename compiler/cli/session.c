/* From the options of a command to a session that was judged. */
#include "compiler/cli/cli.h"

enum status session_trouble(const struct gpuplan_session *session)
{
	for (uint32_t i = 0; i < session->n_errors; i++)
		trouble("%.*s", STR_ARG(session->errors[i]));
	return STATUS_TROUBLE;
}

/* Of a call of the session's. */
static enum status status_of(const struct gpuplan_session *session, enum gpuplan_status status)
{
	return status == GPUPLAN_OK ? STATUS_OK : session_trouble(session);
}

struct gpuplan_options session_options(const struct options *options)
{
	return (struct gpuplan_options){
		.stdin_name = options->stdin_filename,
		.catalog = options->catalog,
		.project = options->config,
		.project_folder = "",
		.levels = options->levels,
		.n_levels = options->n_levels,
		.baseline = options->baseline,
		.record = options->write_baseline != NULL,
		.strict = options->strict,
		.jobs = options->jobs,
	};
}

enum status open_session(struct gpuplan_session **session, const struct options *options,
			 uint32_t first)
{
	struct gpuplan_options of_session = session_options(options);
	enum gpuplan_status status;

	of_session.paths = (const char *const *)options->arguments + first;
	of_session.n_paths = options->n_arguments - first;
	status = session_open(&of_session, &system_files, NULL, session);
	if (status != GPUPLAN_BAD_PROJECT)
		return status_of(*session, status);
	print_some_findings(options, &(*session)->project.findings, &(*session)->project.sources,
			    true, stderr);
	return STATUS_TROUBLE;
}

enum status judge_session(struct gpuplan_session *session, const struct options *options)
{
	enum status status = status_of(session, session_judge(session));

	if (status == STATUS_OK)
		status = status_of(session, session_settle(session));
	if (status == STATUS_OK && options->write_baseline &&
	    !write_out(session->arena, options->write_baseline, session->recorded))
		status = STATUS_TROUBLE;
	return status;
}

enum status read_plan(struct gpuplan_session **session, const struct options *options,
		      uint32_t first)
{
	enum status status = open_session(session, options, first);

	return status == STATUS_OK ? judge_session(*session, options) : status;
}

enum status session_verdict(const struct gpuplan_session *session)
{
	return session_fails(session) ? STATUS_FINDINGS : STATUS_OK;
}
