/* What makes one plan: a folder of the workspace, or an open file outside of all of them. */
#ifndef GPUPLAN_LSP_SCOPE_H
#define GPUPLAN_LSP_SCOPE_H

#include "compiler/cli/lsp/judged.h"

struct scope {
	struct scope *next;
	char *folder;		     /* real; of a single file the folder that it lies in */
	char *shown;		     /* the folder as the client spells it */
	const struct document *only; /* NULL: the whole folder */
	bool stale;		     /* something changed since `latest` */
	struct gpuplan_session *latest;
	struct gpuplan_session *whole; /* the last one that could be read to its end: for names */
	struct arena *sent;	       /* of `published`; NULL before the first */
	struct json *published;	       /* URI -> the text of its diagnostics, where there are any */
	char *trouble; /* the last that could not be read, so that it is said once */
};

struct scope *scope_add(struct server *server, const char *shown, const struct document *only);
/* Of a folder's URI; nothing where it names no folder of this machine. */
void scope_add_uri(struct server *server, struct str uri);
void scope_remove(struct server *server, struct scope *scope);
/* The folder that holds the path most closely, or the file's own scope; NULL: neither. */
struct scope *scope_of_path(const struct server *server, const char *path);
struct scope *scope_of_document(const struct server *server, const struct document *d);
void scopes_set_stale(struct server *server);
/* Only the plans that a file is, or may become, a part of. */
void scopes_set_stale_at(struct server *server, const char *path);
/* The plan to take names from: the latest, or where it could not be read to its end the one before.
 * NULL: there is none. */
const struct gpuplan_session *scope_names(const struct scope *scope);
/* Takes the plan as the scope's latest. */
void scope_set_judged(struct scope *scope, struct gpuplan_session *now);
/* Remembers what could not be read; true: it is something else than the last time. */
bool scope_set_trouble(struct scope *scope, const char *what);

#endif
