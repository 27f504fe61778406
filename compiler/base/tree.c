#include "compiler/base/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "compiler/base/folder.h"

enum { TRIES = 16 }; /* where somebody renames folders meanwhile */

/* Never outside the tree, whatever links it holds. */
static int open_inside(const struct tree *tree, const char *path, int flags)
{
	struct open_how how = {
		.flags = (uint64_t)(unsigned)flags | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	long fd = -1;

	for (int i = 0; i < TRIES; i++) {
		fd = syscall(SYS_openat2, tree->fd, path, &how, sizeof how);
		if (fd >= 0 || errno != EAGAIN)
			break;
	}
	/* An older kernel: this machine's own root holds everything anyway. */
	if (fd < 0 && tree->live && (errno == ENOSYS || errno == EPERM))
		fd = openat(tree->fd, path, flags | O_CLOEXEC);
	return (int)fd;
}

bool tree_open(struct tree *tree, struct arena *arena, const char *root, struct str *error)
{
	int fd;

	*tree = (struct tree){.arena = arena, .live = root == NULL};
	tree->fd = open(root ? root : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (tree->fd < 0) {
		*error = arena_printf(arena, "%s: %s", root, strerror(errno));
		return false;
	}
	fd = open_inside(tree, ".", O_PATH);
	if (fd < 0) {
		*error = arena_printf(arena, "%s: cannot keep its links inside it: openat2: %s",
				      root, strerror(errno));
		close(tree->fd);
		return false;
	}
	close(fd);
	return true;
}

void tree_close(struct tree *tree)
{
	close(tree->fd);
}

/* A descriptor of what stands there, if it is of that kind (S_IFREG, S_IFDIR), else -1. It is
 * looked at before it is opened: opening a device may act. */
static int open_kind(const struct tree *tree, const char *path, mode_t kind)
{
	int at = open_inside(tree, path, O_PATH), fd;
	struct stat st;
	bool fits;

	if (at < 0)
		return -1;
	fits = fstat(at, &st) == 0 && (st.st_mode & S_IFMT) == kind;
	close(at);
	if (!fits)
		return -1;
	fd = open_inside(tree, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	if (fd >= 0 && (fstat(fd, &st) != 0 || (st.st_mode & S_IFMT) != kind)) {
		close(fd);
		return -1;
	}
	return fd;
}

/* tar fills up what it thought longer with NUL bytes. */
static struct str trimmed(struct str s)
{
	while (s.n && memchr(" \t\r\n", s.p[s.n - 1], 5))
		s.n--;
	return s;
}

static const char *path_of(struct tree *tree, const char *format, va_list args)
{
	return arena_vprintf(tree->arena, format, args).p;
}

struct str tree_text(struct tree *tree, size_t limit, const char *format, ...)
{
	const char *path;
	struct str text;
	va_list args;
	bool read;
	int fd;

	va_start(args, format);
	path = path_of(tree, format, args);
	va_end(args);
	fd = open_kind(tree, path, S_IFREG);
	if (fd < 0)
		return STR("");
	read = file_read_open(tree->arena, fd, limit + 1, &text);
	close(fd);
	return read && text.n <= limit ? trimmed(text) : STR("");
}

struct str tree_link(struct tree *tree, const char *format, ...)
{
	char target[PATH_MAX];
	va_list args;
	ssize_t n;
	int fd;

	va_start(args, format);
	fd = open_inside(tree, path_of(tree, format, args), O_PATH | O_NOFOLLOW);
	va_end(args);
	if (fd < 0)
		return STR("");
	n = readlinkat(fd, "", target, sizeof target);
	close(fd);
	return n > 0 ? arena_copy(tree->arena, (struct str){target, (size_t)n}) : STR("");
}

static int by_name(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

bool tree_list(struct tree *tree, const char *path, struct tree_names *names)
{
	int fd = open_kind(tree, path, S_IFDIR);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *entry;

	*names = (struct tree_names){0};
	if (!dir) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	while ((entry = readdir(dir)) && names->n < TREE_MAX_ENTRIES)
		if (entry->d_name[0] != '.')
			*(struct str *)arena_push(tree->arena, (void **)&names->items, &names->n,
						  &names->capacity, sizeof(struct str)) =
				arena_printf(tree->arena, "%s", entry->d_name);
	closedir(dir);
	if (names->n)
		qsort(names->items, names->n, sizeof *names->items, by_name);
	return names->n < TREE_MAX_ENTRIES;
}

bool tree_has(struct tree *tree, const char *format, ...)
{
	va_list args;
	int fd;

	va_start(args, format);
	fd = open_inside(tree, path_of(tree, format, args), O_PATH);
	va_end(args);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

struct str path_base(struct str path)
{
	const char *slash = path.n ? memrchr(path.p, '/', path.n) : NULL;

	if (!slash)
		return path;
	return (struct str){slash + 1, path.n - (size_t)(slash + 1 - path.p)};
}
