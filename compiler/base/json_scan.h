/* A scanner for JSON's tokens (RFC 8259), shared by gpuplan and gpuplan-qemu. It allocates nothing.
 * A function that fails sets `wrong` and leaves `at` at the mistake. */
#ifndef GPUPLAN_JSON_SCAN_H
#define GPUPLAN_JSON_SCAN_H

#include "compiler/base/str.h"

struct json_scan {
	const char *at;	   /* the next byte */
	const char *end;   /* behind the last one */
	const char *wrong; /* the mistake at `at`, or NULL */
	bool qemu;	   /* QEMU's dialect, which also has 'single quotes' */
};

/* Records a mistake, unless there is one already. Returns false. */
bool json_wrong(struct json_scan *scan, const char *why);
/* The same for a missing token. At the end of the text, records that the text is cut off. */
bool json_missing(struct json_scan *scan, const char *why);
/* The next byte, or 0 at the end. No token starts with 0. */
char json_peek(const struct json_scan *scan);
bool json_take(struct json_scan *scan, char c);
void json_skip_blanks(struct json_scan *scan);
/* True if the next token is a string. */
bool json_at_string(const struct json_scan *scan);

/* Skips a string. Checks its escapes and UTF-8, and that it has no control characters. */
bool json_skip_string(struct json_scan *scan);
/* Skips a number, true, false or null. */
bool json_skip_plain(struct json_scan *scan);
/* Skips a key and its colon, with the blanks before each. */
bool json_skip_key(struct json_scan *scan);

/* The value of a hexadecimal digit, or -1. */
int json_hex(char c);
/* The character that a one-letter escape stands for; 0 for `u`. */
char json_escaped(char c);

#endif
