/* What the files of this room share. */
#ifndef GPUPLAN_SESSION_PRIVATE_H
#define GPUPLAN_SESSION_PRIVATE_H

#include "backends/backend.h"
#include "compiler/session/session.h"

/* Adds a line to the session's message. Returns `status`. */
enum gpuplan_status session_fail(struct gpuplan_session *session, enum gpuplan_status status,
				 const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Starts a call: forgets the message of the last one. GPUPLAN_BAD_CALL unless `in_order`. */
enum gpuplan_status session_enter(struct gpuplan_session *session, bool in_order);
/* Reads the project file and takes from it what the options leave open. Its mistakes are in
 * session->project.findings. */
enum gpuplan_status session_read_project(struct gpuplan_session *session);

/* A new session with the project file, catalog and options of `like`, which must outlive it. Its
 * texts are for the caller to set. */
struct gpuplan_session *session_like(const struct gpuplan_session *like);

/* --- artifact.c --- */

/* One artifact: what it is of, and once made, its text. */
struct making {
	const struct backend *backend;
	const struct artifact *artifact;
	struct subject of;
	struct str text;
	struct str error; /* .n 0: none */
};

/* false with *error set. */
bool make_text(struct arena *arena, const struct making *making, struct str *text,
	       struct str *error);
/* Finds the VM or host of that name and makes its artifact. GPUPLAN_FINDINGS: session->blocking
 * says why not. */
enum gpuplan_status make_of_name(struct gpuplan_session *session, const char *name,
				 struct making *making);

#endif
