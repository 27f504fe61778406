#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "compiler/base/folder.h"

#define MARK ".gpuplan-"
enum { RANDOM_CHARS = 6, READ_LIMIT = 512 << 20 };

/* Makes one folder of a path; that it is there already is fine. */
static bool make_folder(const char *path, struct folder_list *made)
{
	struct str *item;

	if (mkdir(path, 0755) != 0)
		return errno == EEXIST;
	item = arena_push(made->arena, (void **)&made->items, &made->n, &made->capacity,
			  sizeof *item);
	*item = arena_printf(made->arena, "%s", path);
	return true;
}

int folder_open_root(const char *dir, struct folder_list *made)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char *path;

	if (fd >= 0 || errno != ENOENT || !made || !*dir)
		return fd;
	path = (char *)arena_printf(made->arena, "%s", dir).p;
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (!make_folder(path, made))
			return -1;
		*slash = '/';
	}
	if (!make_folder(path, made))
		return -1;
	return open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

int folder_open(int parent, const char *name)
{
	return openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* .NAME.gpuplan-XXXXXX */
static bool is_temp_name(const char *name)
{
	const char *mark = strstr(name, MARK), *random;

	if (name[0] != '.' || !mark || mark == name)
		return false;
	random = mark + strlen(MARK);
	if (strlen(random) != RANDOM_CHARS)
		return false;
	for (; *random; random++) {
		if (!isalnum((unsigned char)*random))
			return false;
	}
	return true;
}

bool folder_leftovers(int folder, void (*found)(void *context, const char *name), void *context)
{
	/* Another descriptor: a directory stream takes its own over. */
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *entry;
	int why;

	if (!stream) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	while ((errno = 0, entry = readdir(stream))) {
		if (is_temp_name(entry->d_name))
			found(context, entry->d_name);
	}
	why = errno;
	closedir(stream);
	errno = why;
	return why == 0;
}

/* A regular file to read from; -1 with *state set. */
static int open_regular(int folder, const char *name, struct stat *st, enum file_state *state)
{
	int fd;

	*state = FILE_TROUBLE;
	/* Asked first, since opening alone can have effects: a pipe waits, a device wakes up. */
	if (fstatat(folder, name, st, AT_SYMLINK_NOFOLLOW) != 0) {
		if (errno == ENOENT)
			*state = FILE_ABSENT;
		return -1;
	}
	if (!S_ISREG(st->st_mode)) {
		*state = FILE_NOT_REGULAR;
		return -1;
	}
	fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	if (fstat(fd, st) != 0 || !S_ISREG(st->st_mode)) {
		close(fd);
		errno = EINVAL;
		return -1;
	}
	return fd;
}

/* Fills `n` bytes, or up to the file's end; -1: errno says what. */
static ssize_t read_full(int fd, char *p, size_t n)
{
	size_t done = 0;

	while (done < n) {
		ssize_t got = read(fd, p + done, n - done);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		done += (size_t)got;
	}
	return (ssize_t)done;
}

enum file_state file_compare(int folder, const char *name, struct str text)
{
	char piece[32 * 1024];
	enum file_state state;
	struct stat st;
	int fd = open_regular(folder, name, &st, &state), why;

	if (fd < 0)
		return state;
	state = (uint64_t)st.st_size == text.n ? FILE_SAME : FILE_DIFFERENT;
	for (size_t at = 0; state == FILE_SAME && at < text.n;) {
		size_t n = text.n - at < sizeof piece ? text.n - at : sizeof piece;
		ssize_t got = read_full(fd, piece, n);

		if (got < 0)
			state = FILE_TROUBLE;
		else if ((size_t)got != n || memcmp(piece, text.p + at, n) != 0)
			state = FILE_DIFFERENT;
		at += n;
	}
	why = errno;
	close(fd);
	errno = why;
	return state;
}

bool file_read(struct arena *arena, int folder, const char *name, struct str *out)
{
	enum file_state state;
	struct stat st;
	int fd = open_regular(folder, name, &st, &state), why = EFBIG;
	ssize_t got = -1;
	char *text;

	if (fd < 0) {
		if (state == FILE_NOT_REGULAR)
			errno = EINVAL;
		return false;
	}
	if (st.st_size <= READ_LIMIT) {
		text = arena_alloc(arena, (size_t)st.st_size);
		got = read_full(fd, text, (size_t)st.st_size);
		why = errno;
		*out = (struct str){text, got < 0 ? 0 : (size_t)got};
	}
	close(fd);
	errno = why;
	return got >= 0;
}

enum { FIRST_READ = 64 << 10 }; /* bytes, where the file system tells no size */

/* Reads at most `limit` bytes. The size that the file system tells is only a first guess: a pipe
 * has none, and a file may grow. */
bool file_read_open(struct arena *arena, int fd, size_t limit, struct str *out)
{
	struct stat st;
	size_t capacity = FIRST_READ, n = 0;
	char *text;

	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0)
		capacity = (size_t)st.st_size < limit ? (size_t)st.st_size + 1 : limit;
	text = arena_alloc(arena, capacity);
	while (n < limit) {
		ssize_t got;

		if (n == capacity) {
			char *more = arena_alloc(arena, capacity *= 2);

			memcpy(more, text, n);
			text = more;
		}
		got = read(fd, text + n, (capacity < limit ? capacity : limit) - n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return false;
		if (got == 0)
			break;
		n += (size_t)got;
	}
	*out = (struct str){text, n};
	return true;
}

/* The name for one try; false: it would be too long. */
static bool temp_name(const char *name, char temp[TEMP_NAME_MAX])
{
	static const char chars[] =
		"abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	unsigned char random[RANDOM_CHARS];
	int n = snprintf(temp, TEMP_NAME_MAX, ".%s" MARK, name);

	if (n < 0 || n + RANDOM_CHARS >= TEMP_NAME_MAX) {
		errno = ENAMETOOLONG;
		return false;
	}
	if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
		return false;
	for (int i = 0; i < RANDOM_CHARS; i++)
		temp[n++] = chars[random[i] % (sizeof chars - 1)];
	temp[n] = '\0';
	return true;
}

static bool write_full(int fd, struct str text)
{
	while (text.n) {
		ssize_t n = write(fd, text.p, text.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		text.p += n;
		text.n -= (size_t)n;
	}
	return true;
}

/* Access lists and labels; one that this file system or user cannot set is no reason to fail. */
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

/* The mode last: another owner takes set-id bits away. */
static bool make_like(int fd, int like)
{
	struct stat st, now;

	if (fstat(like, &st) != 0 || fstat(fd, &now) != 0)
		return false;
	if ((st.st_uid != now.st_uid || st.st_gid != now.st_gid) &&
	    fchown(fd, st.st_uid, st.st_gid) != 0)
		return false;
	copy_attributes(like, fd);
	return fchmod(fd, st.st_mode & 07777) == 0;
}

bool file_stage(int folder, const char *name, struct str text, char temp[TEMP_NAME_MAX])
{
	return file_stage_like(folder, name, text, -1, temp);
}

bool file_stage_like(int folder, const char *name, struct str text, int like,
		     char temp[TEMP_NAME_MAX])
{
	int fd = -1, why;
	bool good;

	for (int tries = 0; fd < 0 && tries < 100; tries++) {
		if (!temp_name(name, temp))
			return false;
		fd = openat(folder, temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			    like < 0 ? 0644 : 0600);
		if (fd < 0 && errno != EEXIST)
			return false;
	}
	if (fd < 0)
		return false;
	good = (like < 0 || make_like(fd, like)) && write_full(fd, text) && fsync(fd) == 0;
	why = errno;
	if (close(fd) != 0 && good) {
		good = false;
		why = errno;
	}
	if (!good) {
		unlinkat(folder, temp, 0);
		errno = why;
	}
	return good;
}
