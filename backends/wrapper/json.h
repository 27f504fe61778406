/* JSON, read from the front without allocating: the clique map, and QEMU's JSON arguments.
 *
 *     json_object(&json, text);
 *     while (json_member(&json, &key, &value))
 *             ...
 *     if (!json_close(&json))
 *             // json.wrong says what, json.at where
 *
 * Not json-c: the release in Debian 12 crashes where an allocation fails, and nothing that happens
 * in here may keep a VM from starting. A member's value is the piece of the text that says it,
 * checked to its end; an object in it is read by another json_object(). */
#ifndef GPUPLAN_WRAPPER_JSON_H
#define GPUPLAN_WRAPPER_JSON_H

#include "compiler/base/str.h"

/* Deeper than any map or device; the reader calls itself once a level. */
enum { JSON_DEPTH = 32 };

struct json {
	const char *at;	   /* the next byte */
	const char *end;   /* behind the last one */
	const char *wrong; /* what is wrong at `at`; NULL while nothing is */
	bool started;	   /* a member was read, so that the next stands behind a comma */
	bool qemu;	   /* QEMU's dialect: 'single quotes' too; set it after json_object() */
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
