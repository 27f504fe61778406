/* Digests: what the spec language derives names from, and what the manifest says of files. */
#ifndef GPUPLAN_DIGEST_H
#define GPUPLAN_DIGEST_H

#include "compiler/base/str.h"

/* The version-5 UUID of a name in the URL namespace (RFC 9562, 5.5): the same name, the same
 * UUID. */
void uuid_v5(struct str name, uint8_t out[16]);

/* `6d1a7d5e-…` in lower case, with a terminator. */
void uuid_format(const uint8_t uuid[16], char out[37]);

/* 64 lower-case hexadecimal digits and a terminator. */
void sha256_hex(struct str text, char out[65]);

#endif
