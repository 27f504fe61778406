#include "compiler/base/files.h"

#include <ctype.h>
#include <errno.h>

#include "compiler/base/files_private.h"

const char *files_error(int error)
{
	switch (error) {
	case FILES_NOT_REGULAR:
		return "not a regular file";
	case FILES_NOT_HELD:
		return "cannot keep its links inside it: openat2 is not available";
	case FILES_OUTSIDE:
		return "outside the repository";
	default:
		return strerror(error);
	}
}

const char *files_join(struct arena *arena, const char *folder, struct str name)
{
	size_t n = folder && !(name.n && *name.p == '/') ? strlen(folder) : 0;

	return arena_printf(arena, "%.*s%s%.*s", (int)n, folder ? folder : "",
			    n && folder[n - 1] != '/' ? "/" : "", STR_ARG(name))
		.p;
}

int file_list_add(struct arena *arena, struct file_list *list, uint32_t most, struct str name,
		  enum file_kind kind)
{
	struct file_entry *entry;

	if (list->n == most)
		return E2BIG;
	entry = arena_push(arena, (void **)&list->items, &list->n, &list->capacity, sizeof *entry);
	*entry = (struct file_entry){arena_printf(arena, "%.*s", STR_ARG(name)).p, kind};
	return 0;
}

int files_compare(const struct files *files, struct arena *scratch, const char *path,
		  struct str text, bool *same)
{
	struct str now;
	int error;

	arena_reset(scratch);
	error = files->read(files, scratch, path, READ_REGULAR | READ_NOFOLLOW, text.n, &now);
	if (!error)
		*same = str_eq(now, text);
	return error;
}

/* Finds the path to rename a new file to, with links resolved, and the `mode` for `stage`. */
static int find_place(const struct files *files, struct arena *arena, const char *path,
		      const char **place, unsigned *mode)
{
	struct file_facts facts;
	int error = files->real_path(files, arena, path, place);

	if (error == ENOENT && files->look(files, path, false, &facts) == ENOENT) {
		*place = path;
		*mode = 0666;
		return 0;
	}
	if (!error)
		error = files->look(files, *place, false, &facts);
	if (!error && facts.kind != FILE_REGULAR)
		error = FILES_NOT_REGULAR;
	if (!error)
		error = files->may_write(files, *place);
	*mode = 0;
	return error;
}

/* True if the user may not write to the folder or change the owner. */
static bool is_denied(int error)
{
	return error == EACCES || error == EPERM || error == EROFS || error == ENAMETOOLONG;
}

int files_write(const struct files *files, struct arena *arena, const char *path, struct str text)
{
	const char *place, *staged;
	unsigned mode;
	int error;

	if (find_place(files, arena, path, &place, &mode))
		return files->overwrite(files, path, text);
	error = files->stage(files, arena, place, text, mode, &staged);
	if (is_denied(error))
		return files->overwrite(files, path, text);
	if (error)
		return error;
	error = files->rename(files, staged, place);
	if (error)
		files->remove(files, staged, FILE_REGULAR);
	return error;
}

char *files_staged_name(struct arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/');
	int folder = slash ? (int)(slash + 1 - path) : 0;

	return (char *)arena_printf(arena, "%.*s.%s" FILES_STAGED "%0*d", folder, path,
				    path + folder, STAGED_RANDOM, 0)
		.p;
}

bool files_is_staged(const char *name)
{
	const char *mark = strstr(name, FILES_STAGED), *random;

	if (name[0] != '.' || !mark || mark == name)
		return false;
	random = mark + strlen(FILES_STAGED);
	if (strlen(random) != STAGED_RANDOM)
		return false;
	for (; *random; random++) {
		if (!isalnum((unsigned char)*random))
			return false;
	}
	return true;
}
