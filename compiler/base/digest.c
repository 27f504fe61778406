#include "compiler/base/digest.h"

#include <sha1.h>
#include <sha2.h>

static const char hex_digits[] = "0123456789abcdef";

/* 6ba7b811-9dad-11d1-80b4-00c04fd430c8 (RFC 9562, 6.6) */
static const uint8_t url_namespace[16] = {0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1,
					  0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8};

void uuid_v5(struct str name, uint8_t out[16])
{
	uint8_t digest[SHA1_DIGEST_LENGTH];
	SHA1_CTX sha1;

	SHA1Init(&sha1);
	SHA1Update(&sha1, url_namespace, sizeof url_namespace);
	if (name.n)
		SHA1Update(&sha1, (const uint8_t *)name.p, name.n);
	SHA1Final(digest, &sha1);
	memcpy(out, digest, 16);
	out[6] = (uint8_t)((out[6] & 0x0f) | 0x50); /* version 5 */
	out[8] = (uint8_t)((out[8] & 0x3f) | 0x80); /* variant of RFC 9562 */
}

void uuid_format(const uint8_t uuid[16], char out[37])
{
	for (size_t i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*out++ = '-';
		*out++ = hex_digits[uuid[i] >> 4];
		*out++ = hex_digits[uuid[i] & 15];
	}
	*out = '\0';
}

void sha256_hex(struct str text, char out[65])
{
	uint8_t digest[SHA256_DIGEST_LENGTH];
	SHA2_CTX sha256;

	SHA256Init(&sha256);
	if (text.n)
		SHA256Update(&sha256, (const uint8_t *)text.p, text.n);
	SHA256Final(digest, &sha256);
	for (size_t i = 0; i < sizeof digest; i++) {
		*out++ = hex_digits[digest[i] >> 4];
		*out++ = hex_digits[digest[i] & 15];
	}
	*out = '\0';
}
