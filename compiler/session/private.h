/* What the files of this room share. */
#ifndef GPUPLAN_SESSION_PRIVATE_H
#define GPUPLAN_SESSION_PRIVATE_H

#include "compiler/session/session.h"

/* Adds a line to the session's message; returns `status`. */
enum gpuplan_status session_fail(struct gpuplan_session *session, enum gpuplan_status status,
				 const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Forgets what the last call said. GPUPLAN_BAD_CALL where `in_order` is false. */
enum gpuplan_status session_enter(struct gpuplan_session *session, bool in_order);
/* Reads the project file and takes from it what the options leave open. What is wrong in it is in
 * session->project.findings. */
enum gpuplan_status session_read_project(struct gpuplan_session *session);

/* A new session with the project file, catalog and options of `like`, which outlives it; for other
 * texts. */
struct gpuplan_session *session_like(const struct gpuplan_session *like);

#endif
