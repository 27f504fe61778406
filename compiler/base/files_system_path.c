/* The operating system's files: from a path to a descriptor. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "compiler/base/files_private.h"

enum { TRIES = 16 }; /* openat2 fails with EAGAIN while folders are being renamed */

/* The folder of the last path, for REACH_NAMES. It is kept because consecutive paths mostly share
 * it. */
struct last_folder {
	int fd; /* -1: none */
	char path[PATH_MAX];
};

struct last_folder *system_last_folder(struct arena *arena)
{
	struct last_folder *last = arena_alloc(arena, sizeof *last);

	last->fd = -1;
	return last;
}

void system_forget(const struct files *files)
{
	struct last_folder *last = files->last;

	if (last && last->fd >= 0)
		close(last->fd);
	if (last)
		last->fd = -1;
}

static int refuse(int error)
{
	errno = error;
	return -1;
}

/* Opens a folder within an open one. Does not follow links. */
static int open_below(int fd, const char *name, size_t n)
{
	char part[NAME_MAX + 1];

	if (n > NAME_MAX)
		return refuse(ENAMETOOLONG);
	memcpy(part, name, n);
	part[n] = '\0';
	if (strcmp(part, "..") == 0)
		return refuse(EXDEV);
	return openat(fd, n ? part : ".", O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* Opens the folder at `path`, one part at a time: follows no link and refuses `..`. */
static int walk_down(const struct files *files, const char *path, size_t n)
{
	int fd = files->fd;

	for (size_t at = 0, part; fd != -1 && at < n; at += part + 1) {
		int above = fd, why;

		part = strcspn(path + at, "/");
		fd = open_below(above, path + at, part);
		why = errno;
		if (above != files->fd)
			close(above);
		errno = why;
	}
	return fd;
}

int system_parent(const struct files *files, const char *path, const char **name)
{
	struct last_folder *last = files->last;
	const char *slash = last ? strrchr(path, '/') : NULL;
	size_t n = slash ? (size_t)(slash - path) : 0;

	*name = slash ? slash + 1 : path;
	if (last && strcmp(*name, "..") == 0)
		return refuse(EXDEV);
	if (n == 0)
		return files->fd;
	if (n >= sizeof last->path)
		return refuse(ENAMETOOLONG);
	if (last->fd >= 0 && strncmp(last->path, path, n) == 0 && !last->path[n])
		return last->fd;
	system_forget(files);
	memcpy(last->path, path, n);
	last->path[n] = '\0';
	return last->fd = walk_down(files, path, n);
}

static int open_in_root(const struct files *files, const char *path, int flags)
{
	struct open_how how = {
		.flags = (uint64_t)(unsigned)flags | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	long fd = -1;

	for (int i = 0; i < TRIES; i++) {
		fd = syscall(SYS_openat2, files->fd, path, &how, sizeof how);
		if (fd >= 0 || errno != EAGAIN)
			break;
	}
	return (int)fd;
}

int system_open(const struct files *files, const char *path, int flags)
{
	int parent;

	if (files->reach == REACH_IN_ROOT)
		return open_in_root(files, path, flags);
	if (files->reach == REACH_NAMES)
		flags |= O_NOFOLLOW;
	parent = system_parent(files, path, &path);
	return parent == -1 ? -1 : openat(parent, path, flags | O_CLOEXEC, 0666);
}

static int stat_in_root(const struct files *files, const char *path, bool follow, struct stat *st)
{
	int fd = open_in_root(files, path, O_PATH | (follow ? 0 : O_NOFOLLOW)), error;

	if (fd < 0)
		return errno;
	error = fstat(fd, st) == 0 ? 0 : errno;
	close(fd);
	return error;
}

int system_stat(const struct files *files, const char *path, bool follow, struct stat *st)
{
	int parent;

	if (files->reach == REACH_IN_ROOT)
		return stat_in_root(files, path, follow, st);
	follow &= files->reach == REACH_ALL;
	parent = system_parent(files, path, &path);
	if (parent == -1 || fstatat(parent, path, st, follow ? 0 : AT_SYMLINK_NOFOLLOW) != 0)
		return errno;
	return 0;
}
