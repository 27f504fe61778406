/* The operating system's files: looking and reading. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compiler/base/files_private.h"

enum { FIRST_READ = 64 << 10 }; /* bytes, if the size is unknown */

static enum file_kind kind_of(mode_t mode)
{
	return S_ISREG(mode)   ? FILE_REGULAR
	       : S_ISDIR(mode) ? FILE_FOLDER
	       : S_ISLNK(mode) ? FILE_LINK
			       : FILE_OTHER;
}

int system_look(const struct files *files, const char *path, bool follow, struct file_facts *facts)
{
	struct stat st;
	int error = system_stat(files, path, follow, &st);

	if (!error)
		*facts = (struct file_facts){kind_of(st.st_mode), st.st_dev, st.st_ino,
					     st.st_mode & 07777, st.st_nlink};
	return error;
}

static void close_descriptor(void *context)
{
	close(*(int *)context);
}

/* Reads an open file to its end, at most `most` bytes. The size from fstat is only a first guess:
 * pipes have none, and files may grow. */
static int read_to_end(struct arena *arena, int fd, unsigned how, size_t most, struct str *out)
{
	struct stat st = {0};
	int error = fstat(fd, &st) == 0 ? 0 : errno;
	size_t capacity = FIRST_READ, n = 0;
	char *text;

	if (how & READ_REGULAR && (error || !S_ISREG(st.st_mode)))
		return error ? error : FILES_NOT_REGULAR;
	if (S_ISREG(st.st_mode) && st.st_size > 0)
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

/* Opens a file for reading. Since opening a device can have effects, its kind is checked first;
 * read_to_end checks again, on the open file. */
static int open_to_read(const struct files *files, const char *path, unsigned how, int *fd)
{
	int flags = O_RDONLY | O_NOCTTY | (how & READ_NOFOLLOW ? O_NOFOLLOW : 0);
	struct stat st;

	if (how & READ_REGULAR) {
		int error = system_stat(files, path, !(how & READ_NOFOLLOW), &st);

		if (error || !S_ISREG(st.st_mode))
			return error ? error : FILES_NOT_REGULAR;
		flags |= O_NONBLOCK;
	}
	*fd = system_open(files, path, flags);
	return *fd < 0 ? errno : 0;
}

int system_read(const struct files *files, struct arena *arena, const char *path, unsigned how,
		size_t limit, struct str *text)
{
	struct cleanup cleanup;
	int fd, error;

	if (how == READ_ANY && strcmp(path, "-") == 0)
		return read_to_end(arena, STDIN_FILENO, how, limit + 1, text);
	error = open_to_read(files, path, how, &fd);
	if (error)
		return error;
	cleanup_push(&cleanup, close_descriptor, &fd);
	error = read_to_end(arena, fd, how, limit + 1, text);
	cleanup_pop(&cleanup);
	close(fd);
	return error;
}

int system_read_link(const struct files *files, struct arena *arena, const char *path,
		     struct str *target)
{
	char text[PATH_MAX];
	int fd = system_open(files, path, O_PATH | O_NOFOLLOW), error;
	ssize_t n;

	if (fd < 0)
		return errno;
	n = readlinkat(fd, "", text, sizeof text);
	error = n < 0 ? errno : 0;
	close(fd);
	if (!error)
		*target = arena_copy(arena, (struct str){text, (size_t)n});
	return error;
}

int system_real_path(const struct files *files, struct arena *arena, const char *path,
		     const char **real)
{
	char found[PATH_MAX];

	if (!realpath(files_join(arena, files->name, str_of(path)), found)) {
		if (errno == ENOMEM)
			arena_oom();
		return errno;
	}
	*real = arena_printf(arena, "%s", found).p;
	return 0;
}

/* Calls stat only if the file system does not report the kinds of entries. */
static int kind_of_entry(int folder, const struct dirent *entry, enum file_kind *kind)
{
	struct stat st = {.st_mode = DTTOIF((mode_t)entry->d_type)};

	if (entry->d_type == DT_UNKNOWN &&
	    fstatat(folder, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return errno;
	*kind = kind_of(st.st_mode);
	return 0;
}

static int read_entries(DIR *dir, struct arena *arena, uint32_t most, struct file_list *list)
{
	struct dirent *entry;
	int error = 0;

	while (!error && (errno = 0, entry = readdir(dir))) {
		enum file_kind kind = FILE_OTHER;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		error = kind_of_entry(dirfd(dir), entry, &kind);
		if (!error)
			error = file_list_add(arena, list, most, str_of(entry->d_name), kind);
		else if (error == ENOENT) /* removed meanwhile */
			error = 0;
	}
	return error ? error : errno;
}

static void close_stream(void *context)
{
	closedir(context);
}

int system_list(const struct files *files, struct arena *arena, const char *path, uint32_t most,
		struct file_list *list)
{
	int fd = system_open(files, path, O_RDONLY | O_DIRECTORY), error;
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	struct file_list found = {0};
	struct cleanup cleanup;

	if (!dir) {
		error = errno;
		if (fd >= 0)
			close(fd);
		if (error == ENOMEM)
			arena_oom();
		return error;
	}
	cleanup_push(&cleanup, close_stream, dir);
	error = read_entries(dir, arena, most, &found);
	cleanup_pop(&cleanup);
	closedir(dir);
	if (!error)
		*list = found;
	return error;
}
