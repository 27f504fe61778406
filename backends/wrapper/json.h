/* JSON objects, read from the front without allocating: the clique map, and QEMU's JSON arguments.
 *
 *     json_object(&json, text);
 *     while (json_member(&json, &key, &value))
 *             ...
 *     if (!json_close(&json))
 *             // json.scan.wrong says what, json.scan.at where
 *
 * A member's value is the piece of the text that says it, checked to its end; an object in it is
 * read by another json_object(). */
#ifndef GPUPLAN_WRAPPER_JSON_H
#define GPUPLAN_WRAPPER_JSON_H

#include "compiler/base/json_scan.h"

/* Deeper than any map or device; the reader calls itself once a level. */
enum { JSON_DEPTH = 32 };

struct json {
	struct json_scan scan; /* `qemu` is set after json_object() */
	bool started;	       /* a member was read, so a comma comes before the next */
};

/* Enters the object that `text` is. False where it is none. */
bool json_object(struct json *json, struct str text);
/* The next member, as it is written; false at the object's closing brace, and where the text is
 * wrong. */
bool json_member(struct json *json, struct str *key, struct str *value);
/* After the last member: true where the object is closed and nothing follows it. */
bool json_close(struct json *json);

/* A string of json_member() without quotes and escapes. False where it is no string, or does not
 * fit. An escaped character outside ASCII, and U+0000, becomes the byte 0xff, which is in nothing
 * we look for. */
bool json_decode(struct str text, char *out, size_t size);

#endif
