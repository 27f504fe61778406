/* Out of memory ends the run, wherever it happens.
 *
 * Libraries do not all say that they had none: json-c leaves out what it could not allocate, and a
 * device of an artifact would lack its clique without a word. So in this program no allocation
 * returns NULL. Our own memory is an arena's, which does the same (compiler/base/arena.h). */
#include <stdlib.h>

#include "compiler/base/arena.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define SANITIZED
#endif

#if defined(__GLIBC__) && !defined(SANITIZED)

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);

static void *checked(void *p, size_t n)
{
	if (!p && n)
		arena_oom();
	return p;
}

void *malloc(size_t n)
{
	return checked(__libc_malloc(n), n);
}

void *calloc(size_t n, size_t size)
{
	return checked(__libc_calloc(n, size), n && size);
}

void *realloc(void *p, size_t n)
{
	return checked(__libc_realloc(p, n), n);
}

#endif
