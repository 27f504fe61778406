/* The wire: JSON-RPC messages with a Content-Length before each, on two file descriptors. */
#ifndef GPUPLAN_LSP_TRANSPORT_H
#define GPUPLAN_LSP_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "compiler/base/json.h"

enum {
	MESSAGE_MAX_BYTES = 32 << 20,
	MESSAGE_MAX_NESTING = 64,
	HEADER_MAX_BYTES = 4096,
};

struct transport {
	int in, out;
	struct arena *arena; /* where what is sent is made; reset by the caller */
	char *bytes;	     /* what was read and is no message yet: from `start` to `n` */
	size_t start, n, capacity;
	size_t skip; /* of a body that is over the limit: bytes to come that nobody reads */
	bool ended;  /* the input has no more */
	bool broken; /* the output takes no more */
};

enum incoming {
	INCOMING_MESSAGE,
	INCOMING_NONE,	  /* nothing whole is there: transport_read */
	INCOMING_NO_JSON, /* answered by -32700 */
	INCOMING_TOO_LONG,
	INCOMING_NO_HEADER, /* where the next message starts is not known any more */
};

/* Takes the next message out of what was read, into the arena. */
enum incoming transport_next(struct transport *t, struct arena *arena, const struct json **message);
/* Reads what is there; `wait`: until something is. false: nothing was. */
bool transport_read(struct transport *t, bool wait);
/* The input broke off in the middle of a message. */
bool transport_cut(const struct transport *t);
void transport_send(struct transport *t, const struct json *message);
void transport_free(struct transport *t);

#endif
