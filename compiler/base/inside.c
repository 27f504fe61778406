#include "compiler/base/inside.h"

#include <stdlib.h>
#include <sys/stat.h>

/* Absolute, without symbolic links; NULL with errno set. */
static const char *real_path(struct arena *arena, const char *path)
{
	char *real = realpath(path, NULL);
	const char *kept = real ? arena_printf(arena, "%s", real).p : NULL;

	free(real);
	return kept;
}

static bool holds(struct arena *arena, struct str folder, const char *name)
{
	struct stat st;

	return lstat(arena_printf(arena, "%.*s/%s", STR_ARG(folder), name).p, &st) == 0;
}

/* The repository around a real folder, without a slash at its end; without one, the folder. */
static struct str repository_of(struct arena *arena, const char *folder)
{
	struct str own = {folder, strcmp(folder, "/") == 0 ? 0 : strlen(folder)}, above = own;

	for (;;) {
		if (holds(arena, above, ".git") || holds(arena, above, PROJECT_FILE))
			return above;
		if (above.n == 0)
			return own;
		while (above.p[--above.n] != '/')
			;
	}
}

static bool is_within(const char *path, struct str folder)
{
	return strncmp(path, folder.p, folder.n) == 0 && strchr("/", path[folder.n]);
}

/* Where an absolute path leads by its text alone: a file outside is not even looked at. */
static const char *plain_path(struct arena *arena, const char *path)
{
	char *out = arena_alloc(arena, strlen(path) + 2);
	size_t n = 0;

	while (*path) {
		size_t part;

		path += strspn(path, "/");
		part = strcspn(path, "/");
		if (part == 2 && memcmp(path, "..", 2) == 0) {
			while (n > 0 && out[--n] != '/')
				;
		} else if (part && !(part == 1 && *path == '.')) {
			out[n++] = '/';
			memcpy(out + n, path, part);
			n += part;
		}
		path += part;
	}
	if (n == 0)
		out[n++] = '/';
	out[n] = '\0';
	return out;
}

static bool find_folder(struct arena *arena, struct inside *inside, struct str folder)
{
	if (inside->real && str_eq(folder, inside->folder))
		return true;
	inside->real = real_path(arena, arena_printf(arena, "%.*s.", STR_ARG(folder)).p);
	if (!inside->real)
		return false;
	inside->folder = folder;
	inside->repository = repository_of(arena, inside->real);
	return true;
}

const char *path_inside(struct arena *arena, struct inside *inside, struct str folder,
			struct str path, bool *outside)
{
	const char *whole, *real;

	*outside = false;
	if (!find_folder(arena, inside, folder))
		return NULL;
	whole = path.n && path.p[0] == '/'
			? arena_printf(arena, "%.*s", STR_ARG(path)).p
			: arena_printf(arena, "%s/%.*s", inside->real, STR_ARG(path)).p;
	*outside = !is_within(plain_path(arena, whole), inside->repository);
	real = *outside ? NULL : real_path(arena, whole);
	*outside |= real && !is_within(real, inside->repository);
	return *outside ? NULL : real;
}
