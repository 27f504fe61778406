/* JSON-RPC messages to the client. All take `params` or `result`, and borrow `id`. */
#ifndef GPUPLAN_LSP_SEND_H
#define GPUPLAN_LSP_SEND_H

#include "compiler/cli/lsp/transport.h"

enum answer_error {
	ERROR_PARSE = -32700,
	ERROR_INVALID = -32600,
	ERROR_NO_METHOD = -32601,
	ERROR_NOT_INITIALIZED = -32002,
	ERROR_CANCELLED = -32800,
};

void send_notification(struct transport *t, const char *method, struct json *params);
/* A request whose answer is ignored. */
void send_request(struct transport *t, const char *method, struct json *params);
/* NULL is null, for both. */
void send_result(struct transport *t, const struct json *id, struct json *result);
void send_error(struct transport *t, const struct json *id, enum answer_error code,
		const char *message);

#endif
