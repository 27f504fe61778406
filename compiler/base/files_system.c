/* The operating system's files. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "compiler/base/files_private.h"

enum {
	TRIES = 16,	       /* where somebody renames folders meanwhile */
	FIRST_READ = 64 << 10, /* bytes, where the system tells no size */
};

static int open_at(const struct files *files, const char *path, int flags)
{
	struct open_how how = {
		.flags = (uint64_t)(unsigned)flags | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	long fd = -1;

	if (files->reach == REACH_ALL)
		return openat(files->fd, path, flags | O_CLOEXEC);
	for (int i = 0; i < TRIES; i++) {
		fd = syscall(SYS_openat2, files->fd, path, &how, sizeof how);
		if (fd >= 0 || errno != EAGAIN)
			break;
	}
	return (int)fd;
}

static int stat_at(const struct files *files, const char *path, bool follow, struct stat *st)
{
	int fd, error = 0;

	if (files->reach == REACH_ALL)
		return fstatat(files->fd, path, st, follow ? 0 : AT_SYMLINK_NOFOLLOW) == 0 ? 0
											   : errno;
	fd = open_at(files, path, O_PATH | (follow ? 0 : O_NOFOLLOW));
	if (fd < 0)
		return errno;
	if (fstat(fd, st) != 0)
		error = errno;
	close(fd);
	return error;
}

static enum file_kind kind_of(mode_t mode)
{
	return S_ISREG(mode)   ? FILE_REGULAR
	       : S_ISDIR(mode) ? FILE_FOLDER
	       : S_ISLNK(mode) ? FILE_LINK
			       : FILE_OTHER;
}

static int look(const struct files *files, const char *path, bool follow, struct file_facts *facts)
{
	struct stat st;
	int error = stat_at(files, path, follow, &st);

	if (!error)
		*facts = (struct file_facts){kind_of(st.st_mode), st.st_dev, st.st_ino};
	return error;
}

static int check_regular(mode_t mode)
{
	return S_ISREG(mode) ? 0 : S_ISDIR(mode) ? EISDIR : FILES_NOT_REGULAR;
}

/* An open file to its end, at most `most` bytes of it. The size that the system tells is only a
 * first guess: a pipe has none, and a file may grow. */
static int read_to_end(struct arena *arena, int fd, unsigned how, size_t most, struct str *out)
{
	struct stat st;
	bool known = fstat(fd, &st) == 0;
	size_t capacity = FIRST_READ, n = 0;
	char *text;

	if (how & READ_REGULAR && (!known || !S_ISREG(st.st_mode)))
		return known ? check_regular(st.st_mode) : errno;
	if (known && S_ISREG(st.st_mode) && st.st_size > 0)
		capacity = (size_t)st.st_size < most ? (size_t)st.st_size + 1 : most;
	text = arena_alloc(arena, capacity);
	while (n < most) {
		ssize_t got;

		if (n == capacity) {
			char *more = arena_alloc(arena, capacity *= 2);

			memcpy(more, text, n);
			text = more;
		}
		got = read(fd, text + n, (capacity < most ? capacity : most) - n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return errno;
		if (got == 0)
			break;
		n += (size_t)got;
	}
	*out = (struct str){text, n};
	return 0;
}

/* Looked at before it is opened, which alone can have effects, and once more when it is open. */
static int open_to_read(const struct files *files, const char *path, unsigned how, int *fd)
{
	int flags = how & READ_NOFOLLOW ? O_NOFOLLOW : 0;
	struct stat st;
	int error = 0;

	if (how & READ_REGULAR) {
		error = stat_at(files, path, !flags, &st);
		if (!error)
			error = check_regular(st.st_mode);
		flags |= O_NONBLOCK;
	}
	if (error)
		return error;
	*fd = open_at(files, path, O_RDONLY | O_NOCTTY | flags);
	return *fd < 0 ? errno : 0;
}

static int read_file(const struct files *files, struct arena *arena, const char *path, unsigned how,
		     size_t limit, struct str *text)
{
	int fd, error;

	if (how == READ_ANY && strcmp(path, "-") == 0)
		return read_to_end(arena, STDIN_FILENO, how, limit + 1, text);
	error = open_to_read(files, path, how, &fd);
	if (error)
		return error;
	error = read_to_end(arena, fd, how, limit + 1, text);
	close(fd);
	return error;
}

/* Some file systems do not say in a folder of what kind its entries are. */
static int kind_of_entry(int folder, const struct dirent *entry, enum file_kind *kind)
{
	struct stat st;

	if (entry->d_type != DT_UNKNOWN) {
		*kind = kind_of(DTTOIF(entry->d_type));
		return 0;
	}
	if (fstatat(folder, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return errno;
	*kind = kind_of(st.st_mode);
	return 0;
}

static int read_entries(DIR *dir, struct arena *arena, uint32_t most, struct file_list *list)
{
	struct dirent *entry;
	int error = 0;

	while (!error && (errno = 0, entry = readdir(dir))) {
		enum file_kind kind;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		error = kind_of_entry(dirfd(dir), entry, &kind);
		if (!error)
			error = file_list_add(arena, list, most, str_of(entry->d_name), kind);
		else if (error == ENOENT) /* gone since */
			error = 0;
	}
	return error ? error : errno;
}

static int list_folder(const struct files *files, struct arena *arena, const char *path,
		       uint32_t most, struct file_list *list)
{
	int fd = open_at(files, path, O_RDONLY | O_DIRECTORY), error;
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	struct file_list found = {0};

	if (!dir) {
		error = errno;
		if (fd >= 0)
			close(fd);
		return error;
	}
	error = read_entries(dir, arena, most, &found);
	closedir(dir);
	if (!error)
		*list = found;
	return error;
}

static int read_link(const struct files *files, struct arena *arena, const char *path,
		     struct str *target)
{
	char text[PATH_MAX];
	int fd = open_at(files, path, O_PATH | O_NOFOLLOW);
	ssize_t n = fd >= 0 ? readlinkat(fd, "", text, sizeof text) : -1;
	int error = n < 0 ? errno : 0;

	if (fd >= 0)
		close(fd);
	if (!error)
		*target = arena_copy(arena, (struct str){text, (size_t)n});
	return error;
}

static int real_path(const struct files *files, struct arena *arena, const char *path,
		     const char **real)
{
	char *found = realpath(files_join(arena, files->name, str_of(path)), NULL);

	if (!found)
		return errno;
	*real = arena_printf(arena, "%s", found).p;
	free(found);
	return 0;
}

static int open_folder(const struct files *files, struct arena *arena, const char *path,
		       enum files_reach reach, struct files *folder)
{
	int fd = open_at(files, path, O_PATH | O_DIRECTORY), probe;
	struct files opened = *files;

	if (fd < 0)
		return errno;
	opened.fd = fd;
	opened.name = files_join(arena, files->name, str_of(path));
	opened.reach = reach;
	/* An older kernel cannot hold its paths inside. */
	probe = open_at(&opened, ".", O_PATH);
	if (probe < 0) {
		int error = errno;

		close(fd);
		return error;
	}
	close(probe);
	*folder = opened;
	return 0;
}

static void close_folder(struct files *folder)
{
	close(folder->fd);
	folder->fd = -1;
}

const struct files system_files = {
	.read = read_file,
	.look = look,
	.list = list_folder,
	.read_link = read_link,
	.real_path = real_path,
	.open = open_folder,
	.close = close_folder,
	.fd = AT_FDCWD,
};
