#include "compiler/base/file_name.h"

size_t file_name_clean(char *p, struct str path)
{
	size_t n = 0, end;

	for (size_t at = 0; at < path.n; at = end + 1) {
		const char *slash = memchr(path.p + at, '/', path.n - at);
		struct str part;

		end = slash ? (size_t)(slash - path.p) : path.n;
		part = (struct str){path.p + at, end - at};
		if (part.n == 0 || str_is(part, "."))
			continue;
		if (str_is(part, "..")) {
			while (n && p[--n] != '/')
				;
			continue;
		}
		p[n++] = '/';
		memmove(p + n, part.p, part.n);
		n += part.n;
	}
	p[n] = '\0';
	return n;
}

static struct str normalise(struct arena *arena, struct str path)
{
	char *p = arena_alloc(arena, path.n + 2);

	return (struct str){p, file_name_clean(p, path)};
}

static struct str from(struct arena *arena, struct str here, struct str name)
{
	return normalise(arena, arena_printf(arena, "%.*s/%.*s", STR_ARG(here), STR_ARG(name)));
}

static bool is_absolute(struct str name)
{
	return name.n && *name.p == '/';
}

struct str file_name_absolute(struct arena *arena, struct str here, struct str name)
{
	return is_absolute(name) ? normalise(arena, name) : from(arena, here, name);
}

bool file_name_within(struct str path, struct str folder)
{
	return path.n >= folder.n && str_eq((struct str){path.p, folder.n}, folder) &&
	       (path.n == folder.n || path.p[folder.n] == '/');
}

void name_root_init(struct name_root *root, struct arena *arena, const struct files *files,
		    const char *checkout)
{
	const char *found;

	*root = (struct name_root){0};
	/* An unknown working directory counts as the root. */
	root->here = files->real_path(files, arena, ".", &found) ? STR("")
								 : normalise(arena, str_of(found));
	root->path = root->spelling = root->here;
	if (!checkout || *checkout != '/' || files->real_path(files, arena, checkout, &found))
		return;
	if (file_name_within(root->here, normalise(arena, str_of(found)))) {
		root->path = normalise(arena, str_of(found));
		root->spelling = normalise(arena, str_of(checkout));
	}
}

struct str name_in_root(const struct name_root *root, struct arena *arena, struct str name)
{
	struct str path = file_name_absolute(arena, root->here, name);
	size_t n;

	if (file_name_within(path, root->path))
		n = root->path.n;
	else if (file_name_within(path, root->spelling))
		n = root->spelling.n;
	else
		return path;
	return path.n > n ? (struct str){path.p + n + 1, path.n - n - 1} : path;
}
