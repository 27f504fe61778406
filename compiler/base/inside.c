#include "compiler/base/inside.h"

#include "compiler/base/file_name.h"

static bool holds(const struct files *files, struct arena *arena, struct str folder,
		  const char *name)
{
	struct file_facts facts;

	return files->look(files, arena_printf(arena, "%.*s/%s", STR_ARG(folder), name).p, false,
			   &facts) == 0;
}

/* The top of the repository that holds a folder, or the folder itself if there is none. No slash at
 * its end. */
static struct str repository_of(const struct files *files, struct arena *arena, const char *folder)
{
	struct str own = {folder, strcmp(folder, "/") == 0 ? 0 : strlen(folder)}, above = own;

	for (;;) {
		if (holds(files, arena, above, ".git") || holds(files, arena, above, PROJECT_FILE))
			return above;
		if (above.n == 0)
			return own;
		while (above.p[--above.n] != '/')
			;
	}
}

static int find_folder(const struct files *files, struct arena *arena, struct inside *inside,
		       struct str folder)
{
	int error;

	if (inside->real && str_eq(folder, inside->folder))
		return 0;
	error = files->real_path(files, arena, arena_printf(arena, "%.*s.", STR_ARG(folder)).p,
				 &inside->real);
	if (error)
		return error;
	inside->folder = folder;
	inside->repository = repository_of(files, arena, inside->real);
	return 0;
}

/* Checks the text of the path first, so that no file outside is ever looked at. */
int path_inside(const struct files *files, struct arena *arena, struct inside *inside,
		struct str folder, struct str path, const char **real)
{
	const char *whole, *found;
	int error = find_folder(files, arena, inside, folder);

	if (error)
		return error;
	whole = files_join(arena, inside->real, path);
	if (!file_name_within(file_name_absolute(arena, STR(""), str_of(whole)),
			      inside->repository))
		return FILES_OUTSIDE;
	error = files->real_path(files, arena, whole, &found);
	if (error)
		return error;
	if (!file_name_within(str_of(found), inside->repository))
		return FILES_OUTSIDE;
	*real = found;
	return 0;
}

int read_inside(const struct files *files, struct arena *arena, struct inside *inside,
		struct str folder, struct str path, size_t limit, struct str *text)
{
	const char *real;
	int error = path_inside(files, arena, inside, folder, path, &real);

	if (error)
		return error;
	return files->read(files, arena, real, READ_REGULAR | READ_NOFOLLOW, limit, text);
}
