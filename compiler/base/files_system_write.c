/* The operating system's files: writing. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "compiler/base/files_private.h"

static int write_full(int fd, struct str text)
{
	while (text.n) {
		ssize_t n = write(fd, text.p, text.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno;
		text.p += n;
		text.n -= (size_t)n;
	}
	return 0;
}

/* Copies access lists and labels as far as the file system and the user's rights permit. */
static void copy_attributes(int from, int to)
{
	char names[4096], value[4096];
	ssize_t n = flistxattr(from, names, sizeof names);

	for (ssize_t i = 0; i < n; i += (ssize_t)strlen(names + i) + 1) {
		ssize_t size = fgetxattr(from, names + i, value, sizeof value);

		if (size >= 0)
			(void)!fsetxattr(to, names + i, value, (size_t)size, 0);
	}
}

/* Gives a file the owner, attributes and mode of another. The mode comes last, because chown clears
 * set-id bits. */
static int make_like(int fd, int like)
{
	struct stat st, now;

	if (fstat(like, &st) != 0 || fstat(fd, &now) != 0)
		return errno;
	if ((st.st_uid != now.st_uid || st.st_gid != now.st_gid) &&
	    fchown(fd, st.st_uid, st.st_gid) != 0)
		return errno;
	copy_attributes(like, fd);
	return fchmod(fd, st.st_mode & 07777) == 0 ? 0 : errno;
}

/* Replaces the last STAGED_RANDOM characters of a name by random ones. */
static int choose(char *name)
{
	static const char chars[] =
		"abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	unsigned char random[STAGED_RANDOM];
	size_t n = strlen(name);

	if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
		return errno;
	for (size_t i = 0; i < STAGED_RANDOM; i++)
		name[n - 1 - i] = chars[random[i] % (sizeof chars - 1)];
	return 0;
}

static int create(int folder, char *name, mode_t mode, int *fd)
{
	enum { TRIES = 100 };
	int error = EEXIST;

	for (int i = 0; i < TRIES && error == EEXIST; i++) {
		error = choose(name);
		if (error)
			return error;
		*fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			     mode);
		error = *fd < 0 ? errno : 0;
	}
	return error;
}

static int write_new(int folder, char *name, struct str text, mode_t mode, int like)
{
	int fd, error = create(folder, name, mode, &fd);

	if (error)
		return error;
	if (like >= 0)
		error = make_like(fd, like);
	if (!error)
		error = write_full(fd, text);
	if (!error && fsync(fd) != 0)
		error = errno;
	if (close(fd) != 0 && !error)
		error = errno;
	if (error)
		unlinkat(folder, name, 0);
	return error;
}

int system_stage(const struct files *files, struct arena *arena, const char *path, struct str text,
		 unsigned mode, const char **staged)
{
	char *beside = files_staged_name(arena, path);
	int like = -1, folder, error = 0;
	const char *name;

	if (!mode) {
		like = system_open(files, path, O_RDWR | O_NOFOLLOW | O_NOCTTY);
		if (like < 0)
			return errno;
	}
	folder = system_parent(files, beside, &name);
	if (folder == -1)
		error = errno;
	else
		error = write_new(folder, beside + (name - beside), text, mode ? mode : 0600, like);
	if (like >= 0)
		close(like);
	if (!error)
		*staged = beside;
	return error;
}

int system_rename(const struct files *files, const char *from, const char *to)
{
	const char *old, *new;
	int folder = system_parent(files, from, &old);

	if (folder == -1)
		return errno;
	/* system_parent keeps one folder open: the first is still valid only if the second is the
	 * same. */
	if (system_parent(files, to, &new) != folder)
		return EXDEV;
	return renameat(folder, old, folder, new) == 0 ? 0 : errno;
}

int system_remove(const struct files *files, const char *path, enum file_kind kind)
{
	int folder = system_parent(files, path, &path);

	if (folder == -1 || unlinkat(folder, path, kind == FILE_FOLDER ? AT_REMOVEDIR : 0) != 0)
		return errno;
	if (kind == FILE_FOLDER)
		system_forget(files);
	return 0;
}

int system_make_folder(const struct files *files, const char *path)
{
	int folder = system_parent(files, path, &path);

	return folder == -1 || mkdirat(folder, path, 0755) != 0 ? errno : 0;
}

int system_sync(const struct files *files, const char *path)
{
	int fd = system_open(files, path, O_RDONLY | O_DIRECTORY), error;

	if (fd < 0)
		return errno;
	error = fsync(fd) == 0 ? 0 : errno;
	close(fd);
	return error;
}

int system_may_write(const struct files *files, const char *path)
{
	int folder = system_parent(files, path, &path);

	return folder == -1 || faccessat(folder, path, W_OK, AT_EACCESS) != 0 ? errno : 0;
}

int system_overwrite(const struct files *files, const char *path, struct str text)
{
	int fd = system_open(files, path, O_WRONLY | O_CREAT | O_TRUNC | O_NOCTTY), error;

	if (fd < 0)
		return errno;
	error = write_full(fd, text);
	if (close(fd) != 0 && !error)
		error = errno;
	return error;
}
