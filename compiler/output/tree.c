#include "compiler/output/private.h"

#include <errno.h>

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

bool tree_fail(struct tree *t, const char *verb, struct str path, int error)
{
	*t->error = arena_printf(t->output->arena, "cannot %s '%s%s%.*s': %s", verb, t->dir,
				 path.n ? "/" : "", STR_ARG(path), files_error(error));
	return false;
}

bool tree_refuse(struct tree *t, struct str path, const char *what)
{
	*t->error = arena_printf(t->output->arena, "'%s/%.*s' %s", t->dir, STR_ARG(path), what);
	return false;
}

int tree_read(const struct tree *t, struct arena *arena, const char *path, struct str *text)
{
	enum { MOST = 512 << 20 };
	int error = t->root.read(&t->root, arena, path, READ_REGULAR, MOST, text);

	return !error && text->n > MOST ? EFBIG : error;
}

struct str path_folder(struct str path)
{
	const char *slash = memrchr(path.p, '/', path.n);

	return (struct str){path.p, slash ? (size_t)(slash - path.p) : 0};
}

const char *path_text(struct arena *arena, struct str path)
{
	return path.n ? arena_printf(arena, "%.*s", STR_ARG(path)).p : ".";
}

void path_add(struct arena *arena, struct path_list *list, struct str path)
{
	struct str *item = arena_push(arena, (void **)&list->items, &list->n, &list->capacity,
				      sizeof *item);

	*item = arena_printf(arena, "%.*s", STR_ARG(path));
}
