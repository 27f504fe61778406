/* Declarations shared within compiler/session/. */
#ifndef GPUPLAN_SESSION_PRIVATE_H
#define GPUPLAN_SESSION_PRIVATE_H

#include "backends/backend.h"
#include "compiler/session/session.h"

/* Adds a line to the session's message. Returns `status`. */
enum gpuplan_status session_fail(struct gpuplan_session *session, enum gpuplan_status status,
				 const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Starts a call: clears the message of the last one. GPUPLAN_BAD_CALL unless `in_order`. */
enum gpuplan_status session_enter(struct gpuplan_session *session, bool in_order);
/* Reads the project file, whose values apply where the options give none. Its mistakes are in
 * session->project.findings. */
enum gpuplan_status session_read_project(struct gpuplan_session *session);

/* Returns a new session with the project file, catalog and options of `like`, which must outlive
 * it. The caller sets its texts. */
struct gpuplan_session *session_like(const struct gpuplan_session *like);

/* --- artifact.c --- */

/* An artifact and its subject and, once it is made, its text. */
struct making {
	const struct backend *backend;
	const struct artifact *artifact;
	struct subject of;
	struct str text;
	struct str error; /* empty: none */
};

/* Writes the text in `arena`. On failure, returns false and sets *error. */
bool make_text(struct arena *arena, const struct making *making, struct str *text,
	       struct str *error);
/* Finds the VM or host of that name and makes its artifact. After GPUPLAN_FINDINGS,
 * session->blocking has the findings that block it. */
enum gpuplan_status make_of_name(struct gpuplan_session *session, const char *name,
				 struct making *making);

#endif
