#include "compiler/output/private.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

bool output_considers(const struct output *output, struct str target)
{
	if (!output->targets)
		return true;
	for (size_t i = 0; output->targets[i]; i++) {
		if (str_is(target, output->targets[i]))
			return true;
	}
	return false;
}

bool tree_fail(struct tree *t, const char *verb, struct str path)
{
	int why = errno;

	*t->error = arena_printf(t->output->arena, "cannot %s '%s%s%.*s': %s", verb, t->dir,
				 path.n ? "/" : "", STR_ARG(path), strerror(why));
	return false;
}

bool tree_refuse(struct tree *t, struct str path, const char *what)
{
	*t->error = arena_printf(t->output->arena, "'%s/%.*s' %s", t->dir, STR_ARG(path), what);
	return false;
}

struct str path_folder(struct arena *arena, struct str path)
{
	const char *slash = memrchr(path.p, '/', path.n);

	return slash ? arena_printf(arena, "%.*s", (int)(slash - path.p), path.p) : STR("");
}

/* Opens a folder of plain names below an open one, and follows no link on the way. */
static int open_below(int root, const char *path)
{
	char name[NAME_MAX + 1];
	int fd = root;

	while (*path) {
		size_t n = strcspn(path, "/");
		int next, why;

		snprintf(name, sizeof name, "%.*s", (int)n, path);
		next = folder_open(fd, name);
		why = errno;
		if (fd != root)
			close(fd);
		errno = why;
		if (next < 0)
			return -1;
		fd = next;
		path += n + (path[n] == '/');
	}
	return fd;
}

int tree_folder(struct tree *t, const char *path)
{
	if (t->root < 0) {
		errno = ENOENT;
		return -1;
	}
	if (!*path)
		return t->root;
	if (t->folder >= 0 && strcmp(t->folder_path, path) == 0)
		return t->folder;
	if (t->folder >= 0)
		close(t->folder);
	t->folder = open_below(t->root, path);
	t->folder_path = path;
	return t->folder;
}
