/* The wire: JSON-RPC messages, each after a Content-Length header, on two file descriptors. */
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
	char *bytes;	     /* read, but not taken as messages yet: from `start` to `n` */
	size_t start, n, capacity;
	size_t skip; /* bytes of a message over the limit that are still to come */
	bool ended;  /* the input is at its end */
	bool broken; /* a write has failed */
};

enum incoming {
	INCOMING_MESSAGE,
	INCOMING_NONE,	  /* none is complete: transport_read */
	INCOMING_NO_JSON, /* not JSON */
	INCOMING_TOO_LONG,
	INCOMING_NO_HEADER, /* the start of the next message cannot be found */
};

/* The next message of what was read; it lives in the arena. */
enum incoming transport_next(struct transport *t, struct arena *arena, const struct json **message);
/* Reads what has arrived; `wait`: at least something. false: nothing. */
bool transport_read(struct transport *t, bool wait);
/* The input ended in the middle of a message. */
bool transport_cut(const struct transport *t);
void transport_send(struct transport *t, const struct json *message);
void transport_free(struct transport *t);

#endif
