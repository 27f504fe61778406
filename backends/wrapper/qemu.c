#include "backends/wrapper/qemu.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#define SELF "/proc/self/exe"

/* The kernel's limit. */
enum { MAX_LINKS = 40 };

const char *qemu_called_as(void)
{
	/* NOLINTNEXTLINE(performance-no-int-to-ptr): the kernel passes it as an integer */
	const char *path = (const char *)getauxval(AT_EXECFN);

	return path ? path : SELF;
}

/* True if the path exists and is not this program. If stat fails otherwise, let exec report why. */
static bool is_other_program(const char *path)
{
	struct stat there, self;

	if (stat(path, &there) != 0)
		return errno != ENOENT && errno != ENOTDIR && errno != ELOOP;
	return stat(SELF, &self) != 0 || there.st_dev != self.st_dev || there.st_ino != self.st_ino;
}

static bool add_real(const char *name, char path[PATH_MAX])
{
	return snprintf(path, PATH_MAX, "%s" QEMU_SUFFIX, name) < PATH_MAX;
}

/* Replaces `name`, a symbolic link, by its target. */
static bool follow(char name[PATH_MAX])
{
	char target[PATH_MAX], joined[PATH_MAX * 2];
	ssize_t n = readlink(name, target, sizeof target - 1);
	const char *slash = strrchr(name, '/');
	int folder = slash ? (int)(slash - name) + 1 : 0;

	if (n <= 0)
		return false;
	target[n] = '\0';
	if (*target == '/')
		folder = 0;
	n = snprintf(joined, sizeof joined, "%.*s%s", folder, name, target);
	if (n >= PATH_MAX)
		return false;
	memcpy(name, joined, (size_t)n + 1);
	return true;
}

static bool find_beside(const char *called, char path[PATH_MAX])
{
	char name[PATH_MAX];

	if (snprintf(name, sizeof name, "%s", called) >= PATH_MAX)
		return false;
	for (int links = 0; links <= MAX_LINKS; links++) {
		if (add_real(name, path) && is_other_program(path))
			return true;
		if (!follow(name))
			return false;
	}
	return false;
}

bool qemu_find(char path[PATH_MAX])
{
	const char *wanted = getenv(QEMU_VARIABLE);

	if (wanted && *wanted)
		return snprintf(path, PATH_MAX, "%s", wanted) < PATH_MAX && is_other_program(path);
	if (find_beside(qemu_called_as(), path) || find_beside(SELF, path))
		return true;
	add_real(qemu_called_as(), path);
	return false;
}
