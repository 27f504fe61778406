/* Reads JSON objects without allocating: the clique map, and QEMU's JSON arguments.
 *
 *     json_object(&json, text);
 *     while (json_member(&json, &key, &value))
 *             ...
 *     if (!json_close(&json))
 *             // json.scan.wrong says what is wrong, json.scan.at where
 *
 * The value of a member is its text, checked to be well formed. Use another json_object() to read
 * an object in it. */
#ifndef GPUPLAN_WRAPPER_JSON_H
#define GPUPLAN_WRAPPER_JSON_H

#include "compiler/base/json_scan.h"

/* Deeper than any map or device. The reader recurses once per level. */
enum { JSON_DEPTH = 32 };

struct json {
	struct json_scan scan; /* set `qemu` after json_object() */
	bool started;	       /* a member was read, so a comma precedes the next */
};

/* Enters the object in `text`. False if it is not an object. */
bool json_object(struct json *json, struct str text);
/* Reads the next member as written. False at the closing brace, and if the text is wrong. */
bool json_member(struct json *json, struct str *key, struct str *value);
/* After the last member: true if the object is closed and nothing follows it. */
bool json_close(struct json *json);

/* Decodes a string from json_member(). False if it is not a string or does not fit. Escaped
 * characters outside ASCII, and U+0000, become the byte 0xff, which is in nothing we look for. */
bool json_decode(struct str text, char *out, size_t size);

#endif
