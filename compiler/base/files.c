#include "compiler/base/files.h"

#include <errno.h>

#include "compiler/base/files_private.h"

const char *files_error(int error)
{
	switch (error) {
	case FILES_NOT_REGULAR:
		return "Not a regular file";
	case FILES_OUTSIDE:
		return "Outside the repository";
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
