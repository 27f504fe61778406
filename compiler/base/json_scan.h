/* JSON's tokens (RFC 8259), read from the front without allocating: what gpuplan and gpuplan-qemu
 * share. A function that fails says why in `wrong` and leaves `at` where it is wrong. */
#ifndef GPUPLAN_JSON_SCAN_H
#define GPUPLAN_JSON_SCAN_H

#include "compiler/base/str.h"

struct json_scan {
	const char *at;	   /* the next byte */
	const char *end;   /* behind the last one */
	const char *wrong; /* what is wrong at `at`; NULL while nothing is */
	bool qemu;	   /* QEMU's dialect: 'single quotes' too */
};

/* Notes the first thing that is wrong; false. */
bool json_wrong(struct json_scan *scan, const char *why);
/* The same for what is missing: at the end of the text, that it breaks off. */
bool json_missing(struct json_scan *scan, const char *why);
/* The next byte; 0 at the end, which starts no token. */
char json_peek(const struct json_scan *scan);
bool json_take(struct json_scan *scan, char c);
void json_skip_blanks(struct json_scan *scan);
/* The next token is a string. */
bool json_at_string(const struct json_scan *scan);

/* A token, checked to its end: well-formed escapes, UTF-8, no control characters. */
bool json_skip_string(struct json_scan *scan);
/* A number, true, false or null. */
bool json_skip_plain(struct json_scan *scan);
/* A key and its colon, with the blanks before each. */
bool json_skip_key(struct json_scan *scan);

/* A hexadecimal digit's value, or -1. */
int json_hex(char c);
/* The character for the letter of a one-letter escape; 0 for `u`. */
char json_escaped(char c);

#endif
