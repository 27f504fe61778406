#include "compiler/cli/lsp/send.h"

#include "compiler/cli/lsp/message.h"

static json_object *envelope(void)
{
	json_object *o = json_map();

	json_put_text(o, "jsonrpc", STR("2.0"));
	return o;
}

void send_notification(struct transport *t, const char *method, json_object *params)
{
	json_object *o = envelope();

	json_put_text(o, "method", str_of(method));
	json_put(o, "params", params);
	transport_send(t, o);
}

void send_request(struct transport *t, const char *method, json_object *params)
{
	json_object *o = envelope();

	json_put_text(o, "id", str_of(method));
	json_put_text(o, "method", str_of(method));
	json_put(o, "params", params);
	transport_send(t, o);
}

void send_result(struct transport *t, json_object *id, json_object *result)
{
	json_object *o = envelope();

	json_put_any(o, "id", json_object_get(id));
	json_put_any(o, "result", result);
	transport_send(t, o);
}

void send_error(struct transport *t, json_object *id, enum answer_error code, const char *message)
{
	json_object *o = envelope(), *error = json_map();

	json_put_any(o, "id", json_object_get(id));
	json_put(error, "code", json_object_new_int(code));
	json_put_text(error, "message", str_of(message));
	json_put(o, "error", error);
	transport_send(t, o);
}
