#include "compiler/cli/lsp/send.h"

#include "compiler/cli/lsp/message.h"

static struct json *envelope(struct transport *t)
{
	struct json *o = json_map(t->arena);

	json_put_text(o, "jsonrpc", STR("2.0"));
	return o;
}

void send_notification(struct transport *t, const char *method, struct json *params)
{
	struct json *o = envelope(t);

	json_put_text(o, "method", str_of(method));
	json_put(o, "params", params);
	transport_send(t, o);
}

void send_request(struct transport *t, const char *method, struct json *params)
{
	struct json *o = envelope(t);

	json_put_text(o, "id", str_of(method));
	json_put_text(o, "method", str_of(method));
	json_put(o, "params", params);
	transport_send(t, o);
}

void send_result(struct transport *t, const struct json *id, struct json *result)
{
	struct json *o = envelope(t);

	json_put(o, "id", json_copy(t->arena, id));
	json_put(o, "result", result);
	transport_send(t, o);
}

void send_error(struct transport *t, const struct json *id, enum answer_error code,
		const char *message)
{
	struct json *o = envelope(t), *error;

	json_put(o, "id", json_copy(t->arena, id));
	error = json_put_map(o, "error");
	json_put_int(error, "code", code);
	json_put_text(error, "message", str_of(message));
	transport_send(t, o);
}
