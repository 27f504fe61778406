#include "compiler/output/private.h"

#include <errno.h>
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

int tree_folder(struct tree *t, const char *name)
{
	if (t->root < 0) {
		errno = ENOENT;
		return -1;
	}
	if (!*name)
		return t->root;
	if (t->folder >= 0 && strcmp(t->folder_name, name) == 0)
		return t->folder;
	if (t->folder >= 0)
		close(t->folder);
	t->folder = folder_open(t->root, name);
	t->folder_name = name;
	return t->folder;
}
