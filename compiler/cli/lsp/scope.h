/* What forms one plan: a folder of the workspace, or an open file outside of all folders. */
#ifndef GPUPLAN_LSP_SCOPE_H
#define GPUPLAN_LSP_SCOPE_H

#include "compiler/cli/lsp/judged.h"

struct scope {
	struct scope *next;
	char *folder;		     /* real; of a single file: its folder */
	char *shown;		     /* the folder as the client spells it */
	const struct document *only; /* NULL: the whole folder */
	bool stale;		     /* something changed since `latest` */
	struct gpuplan_session *latest;
	struct gpuplan_session *whole; /* the last one that was read completely: for names */
	struct arena *sent;	       /* of `published`; NULL before the first */
	struct json *published;	       /* URI -> the text of its diagnostics, where there are any */
	char *trouble; /* what could not be read last time, so that it is reported once */
};

struct scope *scope_add(struct server *server, const char *shown, const struct document *only);
/* Adds a folder by its URI; does nothing unless it names one on this machine. */
void scope_add_uri(struct server *server, struct str uri);
void scope_remove(struct server *server, struct scope *scope);
/* The file's own scope, or else the innermost folder that contains the path; NULL: neither. */
struct scope *scope_of_path(const struct server *server, const char *path);
struct scope *scope_of_document(const struct server *server, const struct document *d);
void scopes_set_stale(struct server *server);
/* Only the plans that the file belongs to, or will when it is saved. */
void scopes_set_stale_at(struct server *server, const char *path);
/* The plan to take names from: the last one that was read completely, or else the latest. NULL:
 * there is none. */
const struct gpuplan_session *scope_names(const struct scope *scope);
/* Makes the plan the scope's latest; the scope closes it. */
void scope_set_judged(struct scope *scope, struct gpuplan_session *now);
/* Remembers what could not be read; true: it differs from the last time. */
bool scope_set_trouble(struct scope *scope, const char *what);

#endif
