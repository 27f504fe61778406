/* The language server: one thread that reads messages, keeps the editor's texts, and judges the
 * plan anew when they changed.
 *
 *     transport.c    messages on the wire
 *     message.c      what is in them
 *     dispatch.c     from a method's name to its handler
 *     session.c, sync.c
 *                    the start and the end; what the client tells of its texts and folders
 *     documents.c    the open texts; position.c, uri.c: how LSP names places and files
 *     judged.c       a folder's plan, read and judged with the open texts in place of the files
 *     publish.c      its findings as diagnostics
 *     context.c, words.c
 *                    where in a YAML text, broken or not, the cursor stands
 *     shape.c        what the key tables say of that place
 *     complete.c, complete_values.c, hover.c, definition.c, actions.c, symbols.c
 *                    a request each; facts.c: what they say of boards, GPUs and hosts
 *
 * The server writes no file, and reads those that `gpuplan lint` in the folder would. */
#ifndef GPUPLAN_LSP_SERVER_H
#define GPUPLAN_LSP_SERVER_H

#include "compiler/cli/cli.h"
#include "compiler/cli/lsp/documents.h"
#include "compiler/cli/lsp/transport.h"
#include "compiler/model/load.h"

/* A plan that was read and judged, all in one arena. */
struct judged {
	struct arena *arena;
	struct options options;
	struct overlay overlay;
	struct project project;
	struct spec spec;
	struct workspace workspace;
};

/* What makes one plan: a folder of the workspace, or an open file outside of all of them. */
struct scope {
	struct scope *next;
	char *folder;		     /* real; of a single file the folder that it lies in */
	char *shown;		     /* the folder as the client spells it */
	const struct document *only; /* NULL: the whole folder */
	bool stale;		     /* something changed since `latest` */
	struct judged *latest;
	struct judged *whole;	/* the last one that could be read to its end: for names */
	json_object *published; /* URI -> the text of its diagnostics, where there are any */
	char *trouble;		/* the last that could not be read, so that it is said once */
};

/* What the client can do. */
struct client {
	enum encoding encoding;
	bool document_changes, related, snippets, watches, symbol_tree, code_action_literals;
};

enum server_state { SERVER_NEW, SERVER_RUNNING, SERVER_SHUT_DOWN };

struct server {
	const struct options *options;
	struct catalog *catalog;
	struct arena *scratch; /* reset behind every message */
	struct transport transport;
	enum server_state state;
	bool exits;
	struct client client;
	struct documents documents;
	struct scope *scopes;
};

/* --- dispatch.c --- */

/* Reads and answers until `exit` or the end of the input. */
enum status server_run(struct server *server);
/* A notification; takes `params`. */
void server_notify(struct server *server, const char *method, json_object *params);
/* A request whose answer does not matter; takes `params`. */
void server_request(struct server *server, const char *method, json_object *params);

/* --- session.c --- */

json_object *answer_initialize(struct server *server, json_object *params);
json_object *answer_shutdown(struct server *server, json_object *params);
void on_initialized(struct server *server, json_object *params);
void open_folder(struct server *server, struct str uri);

/* --- sync.c --- */

void on_open(struct server *server, json_object *params);
void on_change(struct server *server, json_object *params);
void on_close(struct server *server, json_object *params);
void on_files(struct server *server, json_object *params);
void on_folders(struct server *server, json_object *params);

/* --- judged.c --- */

struct scope *scope_add(struct server *server, const char *shown, const struct document *only);
void scope_remove(struct server *server, struct scope *scope);
/* The folder that holds the path most closely, or the file's own scope; NULL: neither. */
struct scope *scope_of_path(const struct server *server, const char *path);
struct scope *scope_of_document(const struct server *server, const struct document *d);
/* Judges what is stale and publishes it. */
void scopes_refresh(struct server *server);
void scopes_set_stale(struct server *server);
/* The same for the plans that a file is, or may become, a part of. */
void scopes_set_stale_at(struct server *server, const char *path);
/* The plan to take names from: the latest, or where it could not be read to its end the one before.
 * NULL: there is none. */
const struct judged *scope_names(const struct scope *scope);
/* The open text as it was judged; NULL: it is no part of that plan. */
const struct source *judged_source(const struct judged *j, const struct document *d);

/* --- publish.c --- */

void publish_scope(struct server *server, struct scope *scope);
/* Takes back what was published. */
void publish_nothing(struct server *server, struct scope *scope);
/* The URI of a source: the client's own where it is open. */
struct str source_uri(const struct server *server, const struct scope *scope,
		      const struct source *source);
/* The source starts with a byte order mark that the client sent too. */
bool client_has_mark(const struct server *server, const struct source *source);
/* {"uri": …, "range": …} */
json_object *location_of_span(const struct server *server, const struct scope *scope,
			      const struct sources *sources, struct span span);
json_object *diagnostic_of(const struct server *server, const struct scope *scope,
			   const struct sources *sources, const struct finding *f);

/* --- one request each: NULL is the answer null --- */

json_object *answer_completion(struct server *server, json_object *params);
json_object *answer_hover(struct server *server, json_object *params);
json_object *answer_definition(struct server *server, json_object *params);
json_object *answer_code_actions(struct server *server, json_object *params);
json_object *answer_symbols(struct server *server, json_object *params);

#endif
