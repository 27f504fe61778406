/* The public interface: each call runs within a guard, which turns out of memory into a status. */
#include "compiler/session/gpuplan.h"

#include <stdlib.h>

#include "compiler/session/private.h"

/* The arguments and results of a call. */
struct call {
	enum gpuplan_status (*run)(struct call *call);
	const void *options;
	struct gpuplan_session *session;
	enum gpuplan_status status;
	const void *items; /* or a text, depending on the call */
	size_t n;
};

static void run(void *data)
{
	struct call *call = data;

	call->status = call->run(call);
}

static enum gpuplan_status guarded(struct call *call)
{
	if (memory_guard(run, call))
		return call->status;
	if (call->session)
		call->session->exhausted = true;
	return GPUPLAN_NO_MEMORY;
}

/* --- open, judge, settle, artifacts --- */

static enum gpuplan_status open_one(struct call *call)
{
	struct gpuplan_session *session;
	enum gpuplan_status status = session_open(call->options, &system_files, NULL, &session);

	/* Set last, so that it stays NULL if memory runs out. */
	call->session = session;
	return status;
}

enum gpuplan_status gpuplan_open(const struct gpuplan_options *options,
				 struct gpuplan_session **ret)
{
	struct call call = {.run = open_one, .options = options};
	enum gpuplan_status status = guarded(&call);

	*ret = call.session;
	return status;
}

static enum gpuplan_status judge(struct call *call)
{
	return session_judge(call->session);
}

enum gpuplan_status gpuplan_judge(struct gpuplan_session *session)
{
	return guarded(&(struct call){.run = judge, .session = session});
}

static enum gpuplan_status settle(struct call *call)
{
	return session_settle(call->session);
}

enum gpuplan_status gpuplan_settle(struct gpuplan_session *session)
{
	return guarded(&(struct call){.run = settle, .session = session});
}

static enum gpuplan_status make_artifacts(struct call *call)
{
	const struct gpuplan_artifact *artifacts;
	enum gpuplan_status status = session_artifacts(call->session, call->options, &artifacts,
						       &call->n);

	call->items = artifacts;
	return status;
}

enum gpuplan_status gpuplan_artifacts(struct gpuplan_session *session,
				      const struct gpuplan_artifact_options *options,
				      const struct gpuplan_artifact **ret, size_t *ret_n)
{
	struct call call = {.run = make_artifacts, .options = options, .session = session};
	enum gpuplan_status status = guarded(&call);

	if (status != GPUPLAN_OK)
		return status;
	*ret = call.items;
	*ret_n = call.n;
	return GPUPLAN_OK;
}

void gpuplan_close(struct gpuplan_session *session)
{
	session_close(session);
}

/* --- results --- */

static enum gpuplan_status enter(struct call *call)
{
	return session_enter(call->session, call->session->settled);
}

static enum gpuplan_status list_findings(struct call *call)
{
	enum gpuplan_status status = enter(call);

	if (status == GPUPLAN_OK)
		call->items = session_findings(call->session);
	return status;
}

enum gpuplan_status gpuplan_findings(struct gpuplan_session *session,
				     const struct gpuplan_finding **ret, size_t *ret_n)
{
	struct call call = {.run = list_findings, .session = session};
	enum gpuplan_status status = guarded(&call);

	if (status != GPUPLAN_OK)
		return status;
	*ret = call.items;
	*ret_n = session->findings.n;
	return GPUPLAN_OK;
}

enum gpuplan_status gpuplan_summary(struct gpuplan_session *session, struct gpuplan_summary *ret)
{
	enum gpuplan_status status = guarded(&(struct call){.run = enter, .session = session});
	const struct findings *f = &session->findings;
	const struct plan *plan = session->plan;

	if (status != GPUPLAN_OK)
		return status;
	*ret = (struct gpuplan_summary){
		.files = plan->n_files,
		.skipped = plan->n_skipped,
		.hosts = plan->n_hosts,
		.vms = plan->n_vms,
		.errors = findings_count(f, SEVERITY_ERROR),
		.warnings = findings_count(f, SEVERITY_WARNING),
		.notes = findings_count(f, SEVERITY_NOTE),
		.silenced = session->n_silenced,
		.in_baseline = session->n_baseline,
		.gone = session->n_gone,
		.fails = session_fails(session),
	};
	return GPUPLAN_OK;
}

/* A stream into memory of the C library, which is freed in any case. */
struct stream {
	FILE *file;
	char *text;
	size_t n;
};

static void stream_free(void *data)
{
	struct stream *stream = data;

	if (stream->file)
		fclose(stream->file);
	free(stream->text);
}

static enum gpuplan_status render(struct call *call)
{
	struct stream stream = {0};
	enum gpuplan_status status;
	struct cleanup cleanup;
	struct str text;

	cleanup_push(&cleanup, stream_free, &stream);
	stream.file = open_memstream(&stream.text, &stream.n);
	if (!stream.file)
		arena_oom();
	status = session_render(call->session, call->options, stream.file);
	if (fflush(stream.file) != 0 || ferror(stream.file))
		arena_oom();
	text = arena_copy(call->session->arena, (struct str){stream.text, stream.n});
	call->items = text.p;
	call->n = text.n;
	cleanup_pop(&cleanup);
	stream_free(&stream);
	return status;
}

enum gpuplan_status gpuplan_render(struct gpuplan_session *session,
				   const struct gpuplan_format *format, const char **ret,
				   size_t *ret_length)
{
	struct call call = {.run = render, .options = format, .session = session};
	enum gpuplan_status status = guarded(&call);

	if (status != GPUPLAN_OK)
		return status;
	*ret = call.items;
	*ret_length = call.n;
	return GPUPLAN_OK;
}

enum gpuplan_status gpuplan_baseline(struct gpuplan_session *session, const char **ret,
				     size_t *ret_length)
{
	enum gpuplan_status status = guarded(&(struct call){.run = enter, .session = session});

	if (status != GPUPLAN_OK)
		return status;
	*ret = session->recorded.n ? session->recorded.p : "";
	*ret_length = session->recorded.n;
	return GPUPLAN_OK;
}

const char *gpuplan_message(const struct gpuplan_session *session)
{
	if (!session || session->exhausted)
		return "out of memory";
	return session->message.n ? session->message.p : "";
}

const char *gpuplan_version(void)
{
	return GPUPLAN_VERSION;
}
