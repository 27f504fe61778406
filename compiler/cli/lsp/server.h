/* The language server: one thread that reads messages, keeps the editor's texts, and judges the
 * plan again when they change.
 *
 * From the bottom up; a file knows only those above it in this list (tests/includes.py):
 *
 *     transport.c    messages on the wire
 *     message.c      pieces of messages; send.c: whole ones, to the client
 *     uri.c, position.c
 *                    how LSP names files and places
 *     documents.c    the open texts
 *     server.h       the state of a session
 *     judged.c       a folder's plan, read and judged with the open texts in place of the files
 *     scope.c        which folders and files make a plan each
 *     place.c        spans as the client's URIs and ranges
 *     publish.c      findings as diagnostics
 *     refresh.c      judges what is stale and publishes it
 *     shape.c        what the key tables say of the cursor's place
 *                    (compiler/source/yaml_context.h)
 *     complete.c (with complete_*.c), hover.c, definition.c, actions.c, symbols.c
 *                    one request each; facts.c: what they say about boards, GPUs and hosts
 *     session.c, sync.c
 *                    start and end; what the client reports about its texts and folders
 *     dispatch.c     from a method's name to its handler (methods.h)
 *
 * The server writes no file, and reads those that `gpuplan lint` in the folder would. */
#ifndef GPUPLAN_LSP_SERVER_H
#define GPUPLAN_LSP_SERVER_H

#include "compiler/cli/cli.h"
#include "compiler/cli/lsp/documents.h"
#include "compiler/cli/lsp/transport.h"

/* What the client can do. */
struct client {
	enum encoding encoding;
	bool document_changes, related, snippets, watches, symbol_tree, code_action_literals;
};

enum server_state { SERVER_NEW, SERVER_RUNNING, SERVER_SHUT_DOWN };

struct server {
	const struct gpuplan_options *options; /* of every session, but for its paths and texts */
	struct catalog *catalog;
	struct arena *scratch; /* reset after every message */
	struct transport transport;
	enum server_state state;
	bool exits;
	struct client client;
	struct documents documents;
	struct scope *scopes; /* compiler/cli/lsp/scope.h */
};

#endif
