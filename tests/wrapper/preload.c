/*
 * libwrapperfaults.so: what may go wrong under gpuplan-qemu, preloaded into it.
 *
 *   FAIL_ALLOCATION=N     the N-th allocation fails
 *   FAIL_CALL=NAME:ERRNO  every call of open, fstat, read, stat, readlink, write or poll NAME fails
 * so SYSFS=DIR             /sys/... is read below DIR
 *
 * It takes itself out of the environment of the QEMU that is run, which shall see none of it.
 */
#undef _FORTIFY_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);

ssize_t __read_chk(int fd, void *out, size_t size, size_t room);

#define NEXT(pointer, name) (*(void **)&(pointer) = dlsym(RTLD_NEXT, (name)))

static int ready; /* set once our variables are read: libc allocates before */
static long allocation, fails_at;
static char failing[16];
static int failing_errno, failing_times = -1; /* -1: always */

__attribute__((constructor)) static void init(void)
{
	const char *number = getenv("FAIL_ALLOCATION"), *call = getenv("FAIL_CALL");

	if (number)
		fails_at = strtol(number, NULL, 10);
	if (call)
		sscanf(call, "%15[^:]:%d:%d", failing, &failing_errno, &failing_times);
	ready = 1;
}

static int allocation_fails(void)
{
	if (!ready || ++allocation != fails_at)
		return 0;
	errno = ENOMEM;
	return 1;
}

void *malloc(size_t size)
{
	return allocation_fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	return allocation_fails() ? NULL : __libc_calloc(n, size);
}

void *realloc(void *p, size_t size)
{
	return allocation_fails() ? NULL : __libc_realloc(p, size);
}

static int call_fails(const char *name)
{
	if (!ready || strcmp(failing, name) != 0 || failing_times == 0)
		return 0;
	if (failing_times > 0)
		failing_times--;
	errno = failing_errno;
	return 1;
}

/* PATH, or where the stand-in for it is. */
static const char *moved(const char *path, char out[4096])
{
	static const char *const folders[] = {"/sys/", "/etc/apparmor.d/", "/var/cache/libvirt/"};
	const char *root = getenv("ROOT");

	for (size_t i = 0; root && i < sizeof folders / sizeof *folders; i++) {
		if (strncmp(path, folders[i], strlen(folders[i])) == 0) {
			snprintf(out, 4096, "%s%s", root, path);
			return out;
		}
	}
	return path;
}

int open(const char *path, int flags, ...)
{
	int (*next)(const char *, int, ...);
	char other[4096];

	NEXT(next, "open");
	return call_fails("open") ? -1 : next(moved(path, other), flags, 0);
}

ssize_t readlink(const char *restrict path, char *restrict out, size_t size)
{
	ssize_t (*next)(const char *, char *, size_t);
	char other[4096];

	NEXT(next, "readlink");
	return call_fails("readlink") ? -1 : next(moved(path, other), out, size);
}

int stat(const char *restrict path, struct stat *restrict st)
{
	int (*next)(const char *, struct stat *);

	const char *owner = getenv("OWNER");
	int result;

	NEXT(next, "stat");
	result = call_fails("stat") ? -1 : next(path, st);
	if (result == 0 && owner)
		st->st_uid = (uid_t)strtoul(owner, NULL, 10);
	return result;
}

int access(const char *path, int mode)
{
	int (*next)(const char *, int);
	char other[4096];

	NEXT(next, "access");
	return next(moved(path, other), mode);
}

int fstat(int fd, struct stat *st)
{
	int (*next)(int, struct stat *);

	NEXT(next, "fstat");
	return call_fails("fstat") ? -1 : next(fd, st);
}

ssize_t read(int fd, void *out, size_t size)
{
	ssize_t (*next)(int, void *, size_t);

	NEXT(next, "read");
	return call_fails("read") ? -1 : next(fd, out, size);
}

/* What _FORTIFY_SOURCE makes of it where the room is known. */
ssize_t __read_chk(int fd, void *out, size_t size, size_t room)
{
	ssize_t (*next)(int, void *, size_t, size_t);

	NEXT(next, "__read_chk");
	return call_fails("read") ? -1 : next(fd, out, size, room);
}

ssize_t write(int fd, const void *text, size_t size)
{
	ssize_t (*next)(int, const void *, size_t);

	NEXT(next, "write");
	return call_fails("write") ? -1 : next(fd, text, size);
}

int poll(struct pollfd *fds, nfds_t n, int timeout)
{
	int (*next)(struct pollfd *, nfds_t, int);

	NEXT(next, "poll");
	return call_fails("poll") ? -1 : next(fds, n, timeout);
}

int execv(const char *path, char *const argv[])
{
	int (*next)(const char *, char *const[]);
	const char *name = getenv("FAIL_EXEC");

	NEXT(next, "execv");
	unsetenv("LD_PRELOAD");
	if (name) {
		unsetenv("FAIL_EXEC"); /* once */
		errno = atoi(name);
		return -1;
	}
	return next(path, argv);
}
