/* A tree of files that is read and never left: this machine's /sys and /proc, or a copy of them. */
#include <stdlib.h>

#include "compiler/tools/discover/private.h"

/* tar fills up what it thought longer with NUL bytes. */
static struct str trimmed(struct str s)
{
	while (s.n && memchr(" \t\r\n", s.p[s.n - 1], 5))
		s.n--;
	return s;
}

static const char *path_of(const struct tree *tree, const char *format, va_list args)
{
	return arena_vprintf(tree->arena, format, args).p;
}

struct str tree_text(const struct tree *tree, size_t limit, const char *format, ...)
{
	const struct files *files = tree->files;
	struct str text;
	va_list args;
	int error;

	va_start(args, format);
	error = files->read(files, tree->arena, path_of(tree, format, args), READ_REGULAR, limit,
			    &text);
	va_end(args);
	return error || text.n > limit ? STR("") : trimmed(text);
}

struct str tree_link(const struct tree *tree, const char *format, ...)
{
	const struct files *files = tree->files;
	struct str target = STR("");
	va_list args;

	va_start(args, format);
	files->read_link(files, tree->arena, path_of(tree, format, args), &target);
	va_end(args);
	return target;
}

bool tree_has(const struct tree *tree, const char *format, ...)
{
	struct file_facts facts;
	va_list args;
	int error;

	va_start(args, format);
	error = tree->files->look(tree->files, path_of(tree, format, args), true, &facts);
	va_end(args);
	return !error;
}

static int by_name(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

int tree_list(const struct tree *tree, const char *path, struct tree_names *names)
{
	struct file_list list = {0};
	int error = tree->files->list(tree->files, tree->arena, path, TREE_MAX_ENTRIES, &list);

	*names = (struct tree_names){arena_array(tree->arena, list.n, sizeof *names->items), 0};
	for (uint32_t i = 0; i < list.n; i++)
		if (*list.items[i].name != '.')
			names->items[names->n++] = str_of(list.items[i].name);
	if (names->n)
		qsort(names->items, names->n, sizeof *names->items, by_name);
	return error;
}

struct str path_base(struct str path)
{
	const char *slash = path.n ? memrchr(path.p, '/', path.n) : NULL;

	if (!slash)
		return path;
	return (struct str){slash + 1, path.n - (size_t)(slash + 1 - path.p)};
}
