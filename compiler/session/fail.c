/* The messages of a session about its last call and its plan. */
#include "compiler/session/private.h"

enum gpuplan_status session_fail(struct gpuplan_session *s, enum gpuplan_status status,
				 const char *format, ...)
{
	struct str *error = arena_push(s->arena, (void **)&s->errors, &s->n_errors,
				       &s->errors_capacity, sizeof *error);
	va_list args;

	va_start(args, format);
	*error = arena_vprintf(s->arena, format, args);
	va_end(args);
	buffer_printf(&s->message, "%s%.*s", s->n_errors > 1 ? "\n" : "", STR_ARG(*error));
	return status;
}

enum gpuplan_status session_enter(struct gpuplan_session *s, bool in_order)
{
	s->n_errors = 0;
	s->message.n = 0;
	return in_order && !s->exhausted
		       ? GPUPLAN_OK
		       : session_fail(s, GPUPLAN_BAD_CALL, "a call out of order: gpuplan.h");
}

enum severity session_failing(const struct gpuplan_session *s)
{
	return s->options.strict ? SEVERITY_WARNING : SEVERITY_ERROR;
}

bool session_fails(const struct gpuplan_session *s)
{
	return findings_count(&s->findings, SEVERITY_ERROR) ||
	       (s->options.strict && findings_count(&s->findings, SEVERITY_WARNING));
}
