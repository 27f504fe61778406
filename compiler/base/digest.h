/* Digests: UUIDs that the spec language derives from names, and the manifest's hashes of files. */
#ifndef GPUPLAN_DIGEST_H
#define GPUPLAN_DIGEST_H

#include "compiler/base/str.h"

/* Computes the version-5 UUID of a name in the URL namespace (RFC 9562, 5.5). */
void uuid_v5(struct str name, uint8_t out[16]);

/* Writes the UUID in lower case, such as `6d1a7d5e-…`, and a terminator. */
void uuid_format(const uint8_t uuid[16], char out[37]);

/* Writes 64 lower-case hexadecimal digits and a terminator. */
void sha256_hex(struct str text, char out[65]);

#endif
