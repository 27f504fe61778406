/* The main loop: from a method's name to its handler. */
#include "compiler/cli/lsp/dispatch.h"

#include "compiler/cli/lsp/message.h"
#include "compiler/cli/lsp/methods.h"
#include "compiler/cli/lsp/refresh.h"
#include "compiler/cli/lsp/scope.h"
#include "compiler/cli/lsp/send.h"

/* --- methods --- */

static const struct {
	const char *method;
	struct json *(*answer)(struct server *server, const struct json *params);
	bool fresh; /* the plan is judged again first, if a text has changed */
} requests[] = {
	{"shutdown", answer_shutdown, false},
	{"textDocument/completion", answer_completion, false},
	{"textDocument/hover", answer_hover, true},
	{"textDocument/definition", answer_definition, true},
	{"textDocument/codeAction", answer_code_actions, true},
	{"textDocument/documentSymbol", answer_symbols, true},
};

static const struct {
	const char *method;
	void (*take)(struct server *server, const struct json *params);
} notifications[] = {
	{"initialized", on_initialized},
	{"textDocument/didOpen", on_open},
	{"textDocument/didChange", on_change},
	{"textDocument/didClose", on_close},
	{"textDocument/didSave", on_files},
	{"workspace/didChangeWatchedFiles", on_files},
	{"workspace/didChangeWorkspaceFolders", on_folders},
};

static void answer(struct server *server, const struct json *id, struct str method,
		   const struct json *params)
{
	if (str_is(method, "initialize") && server->state == SERVER_NEW) {
		send_result(&server->transport, id, answer_initialize(server, params));
		return;
	}
	if (server->state != SERVER_RUNNING) {
		bool early = server->state == SERVER_NEW;

		send_error(&server->transport, id, early ? ERROR_NOT_INITIALIZED : ERROR_INVALID,
			   early ? "the first request is initialize"
				 : "nothing is answered after shutdown");
		return;
	}
	for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
		if (!str_is(method, requests[i].method))
			continue;
		if (requests[i].fresh)
			scopes_refresh(server);
		send_result(&server->transport, id, requests[i].answer(server, params));
		return;
	}
	if (str_is(method, "initialize"))
		send_error(&server->transport, id, ERROR_INVALID,
			   "initialize was answered already");
	else
		send_error(&server->transport, id, ERROR_NO_METHOD,
			   "this server has no such method");
}

static void take(struct server *server, struct str method, const struct json *params)
{
	if (str_is(method, "exit")) {
		server->exits = true;
		return;
	}
	for (size_t i = 0; i < sizeof notifications / sizeof *notifications; i++)
		if (server->state == SERVER_RUNNING && str_is(method, notifications[i].method))
			notifications[i].take(server, params);
}

/* --- messages --- */

/* Messages that arrived together, in order. */
enum { QUEUE_LENGTH = 256 };

struct queue {
	struct arena *arena; /* of the messages */
	const struct json *messages[QUEUE_LENGTH];
	size_t n;
};

static bool is_same_id(const struct json *a, const struct json *b)
{
	return a && b && a->type == b->type && (a->type == JSON_NUMBER || a->type == JSON_TEXT) &&
	       str_eq(a->text, b->text);
}

/* A later message in the queue cancels the request. */
static bool is_cancelled(const struct queue *queue, size_t i, const struct json *id)
{
	for (i++; i < queue->n; i++)
		if (str_is(member_text(queue->messages[i], "method"), "$/cancelRequest") &&
		    is_same_id(member(queue->messages[i], "params.id"), id))
			return true;
	return false;
}

static void handle(struct server *server, const struct queue *queue, size_t i)
{
	const struct json *message = queue->messages[i], *id = member(message, "id");
	struct str method = member_text(message, "method");
	const struct json *params = member(message, "params");

	if (!member_is_text(message, "method")) {
		/* An answer of the client to a request of ours has no method either. */
		if (!json_member(message, "result") && !json_member(message, "error"))
			send_error(&server->transport, id, ERROR_INVALID,
				   "a message without a method");
	} else if (!id) {
		take(server, method, params);
	} else if (is_cancelled(queue, i, id)) {
		send_error(&server->transport, id, ERROR_CANCELLED, "cancelled");
	} else {
		answer(server, id, method, params);
	}
	arena_reset(server->scratch);
}

/* Fills the queue with what has arrived; false: the stream is beyond repair. */
static bool fill(struct server *server, struct queue *queue)
{
	struct transport *t = &server->transport;

	for (queue->n = 0; queue->n < QUEUE_LENGTH;) {
		switch (transport_next(t, queue->arena, &queue->messages[queue->n])) {
		case INCOMING_MESSAGE:
			queue->n++;
			break;
		case INCOMING_NONE:
			if (!transport_read(t, false))
				return true;
			break;
		case INCOMING_NO_JSON:
			send_error(&server->transport, NULL, ERROR_PARSE, "the message is no JSON");
			break;
		case INCOMING_TOO_LONG:
			send_error(&server->transport, NULL, ERROR_INVALID,
				   "the message is longer than 32 MiB");
			break;
		case INCOMING_NO_HEADER:
			send_error(&server->transport, NULL, ERROR_PARSE,
				   "a header without 'Content-Length: N'");
			return false;
		}
	}
	return true;
}

static void handle_all(struct server *server, const struct queue *queue)
{
	for (size_t i = 0; i < queue->n && !server->exits; i++)
		handle(server, queue, i);
	/* Once for all keystrokes that arrived together. */
	if (server->state == SERVER_RUNNING && !server->exits)
		scopes_refresh(server);
	arena_reset(server->scratch);
}

static enum status serve(struct server *server)
{
	struct transport *t = &server->transport;
	bool readable = true;
	struct queue queue;

	while (readable && !server->exits && !t->broken) {
		queue.arena = arena_new();
		readable = fill(server, &queue);
		handle_all(server, &queue);
		arena_free(queue.arena);
		if (queue.n == 0 && readable && !transport_read(t, true))
			break;
	}
	if (!readable) {
		trouble("lsp: a header without 'Content-Length: N'");
		return STATUS_TROUBLE;
	}
	if (transport_cut(t))
		trouble("lsp: the input breaks off in the middle of a message");
	return server->state == SERVER_SHUT_DOWN ? STATUS_OK : STATUS_FINDINGS;
}

enum status server_run(const struct gpuplan_options *options, struct catalog *catalog, int in,
		       int out)
{
	struct arena *scratch = arena_new();
	struct server server = {
		.options = options,
		.catalog = catalog,
		.scratch = scratch,
		.transport = {.in = in, .out = out, .arena = scratch},
	};
	enum status status = serve(&server);

	while (server.scopes)
		scope_remove(&server, server.scopes);
	documents_free(&server.documents);
	transport_free(&server.transport);
	arena_free(server.scratch);
	return status;
}
