/* Makes the N-th allocation fail, or the N-th read() or write() short, once. Preloaded; strace
 * fails system calls as a whole (tests/faults/run.py).
 *
 *     FAULT=malloc:17  read:3  write:3
 *     FAULT_FIRED=FILE is made when it has happened: a test knows when N is past the end */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

void *__libc_memalign(size_t alignment, size_t n);

static char wanted[16];
static const char *fired_file;
static long nth, seen;

__attribute__((constructor)) static void start(void)
{
	const char *text = getenv("FAULT"), *colon = text ? strchr(text, ':') : NULL;

	if (!colon || (size_t)(colon - text) >= sizeof wanted)
		return;
	fired_file = getenv("FAULT_FIRED");
	nth = strtol(colon + 1, NULL, 10);
	memcpy(wanted, text, (size_t)(colon - text));
}

/* This call is the one. */
static bool is_it(const char *what)
{
	if (!*wanted || strcmp(wanted, what) != 0 || ++seen != nth)
		return false;
	if (fired_file)
		syscall(SYS_close, (int)syscall(SYS_openat, AT_FDCWD, fired_file,
						O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	errno = ENOMEM;
	return true;
}

/* gpuplan has a malloc of its own (compiler/cli/memory.c) that asks __libc_malloc; other programs
 * and their libraries come to malloc. */
void *__libc_malloc(size_t n)
{
	return is_it("malloc") ? NULL : __libc_memalign(16, n);
}

void *__libc_calloc(size_t n, size_t size)
{
	void *p = size && n > SIZE_MAX / size ? NULL : __libc_malloc(n * size);

	return p ? memset(p, 0, n * size) : NULL;
}

void *__libc_realloc(void *old, size_t n)
{
	size_t had = old ? malloc_usable_size(old) : 0;
	void *p = __libc_malloc(n);

	if (!p)
		return NULL;
	if (had)
		memcpy(p, old, had < n ? had : n);
	free(old);
	return p;
}

void *malloc(size_t n)
{
	return __libc_malloc(n);
}

void *calloc(size_t n, size_t size)
{
	return __libc_calloc(n, size);
}

void *realloc(void *p, size_t n)
{
	return __libc_realloc(p, n);
}

static size_t half(size_t n)
{
	return n > 1 ? n / 2 : n;
}

ssize_t read(int fd, void *p, size_t n)
{
	return syscall(SYS_read, fd, p, is_it("read") ? half(n) : n);
}

ssize_t write(int fd, const void *p, size_t n)
{
	return syscall(SYS_write, fd, p, is_it("write") ? half(n) : n);
}
