/* The library's face: each call runs within a guard, so that out of memory is a status. */
#include "compiler/session/gpuplan.h"

#include "compiler/session/session.h"

/* The arguments of a call, and what came of it. */
struct call {
	const struct gpuplan_options *options;
	const struct gpuplan_artifact_options *artifact_options;
	struct gpuplan_session *session;
	const struct gpuplan_artifact *artifacts;
	size_t n;
	enum gpuplan_status status;
};

static enum gpuplan_status guard(void (*run)(void *call), struct call *call)
{
	return memory_guard(run, call) ? call->status : GPUPLAN_NO_MEMORY;
}

static void run_open(void *data)
{
	struct call *call = data;

	call->status = session_open(call->options, &system_files, NULL, &call->session);
}

enum gpuplan_status gpuplan_open(const struct gpuplan_options *options,
				 struct gpuplan_session **ret)
{
	struct call call = {.options = options};
	enum gpuplan_status status = guard(run_open, &call);

	/* What there was of it is freed. */
	*ret = status == GPUPLAN_NO_MEMORY ? NULL : call.session;
	return status;
}

static void run_judge(void *data)
{
	struct call *call = data;

	call->status = session_judge(call->session);
}

enum gpuplan_status gpuplan_judge(struct gpuplan_session *session)
{
	return guard(run_judge, &(struct call){.session = session});
}

static void run_settle(void *data)
{
	struct call *call = data;

	call->status = session_settle(call->session);
}

enum gpuplan_status gpuplan_settle(struct gpuplan_session *session)
{
	return guard(run_settle, &(struct call){.session = session});
}

static void run_artifacts(void *data)
{
	struct call *call = data;

	call->status = session_artifacts(call->session, call->artifact_options, &call->artifacts,
					 &call->n);
}

enum gpuplan_status gpuplan_artifacts(struct gpuplan_session *session,
				      const struct gpuplan_artifact_options *options,
				      const struct gpuplan_artifact **ret, size_t *ret_n)
{
	struct call call = {.session = session, .artifact_options = options};
	enum gpuplan_status status = guard(run_artifacts, &call);

	if (status == GPUPLAN_OK) {
		*ret = call.artifacts;
		*ret_n = call.n;
	}
	return status;
}

const char *gpuplan_message(const struct gpuplan_session *session)
{
	if (!session)
		return "out of memory";
	return session->message.n ? session->message.p : "";
}

void gpuplan_close(struct gpuplan_session *session)
{
	session_close(session);
}
