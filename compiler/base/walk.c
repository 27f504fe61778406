#include "compiler/base/walk.h"

#include <stdlib.h>

#include "compiler/base/glob.h"

/* A file with its identity, so that `vms/ vms/a.yaml` reads a.yaml only once. */
struct candidate {
	struct found_file file;
	struct file_facts facts;
};

struct walker {
	struct walk *walk;
	const struct files *files;
	const struct exclude *exclude; /* NULL: no exclusions */
	struct candidate *items;
	uint32_t n, capacity;
	/* The folder from the command line that is being walked. */
	const char *root; /* as given */
	const char *real; /* absolute, links resolved; NULL: no exclusions */
	struct arena *scratch;
};

static void add_error(struct walker *w, const char *path, int error)
{
	struct walk *walk = w->walk;
	struct str *slot = arena_push(walk->arena, (void **)&walk->errors, &walk->n_errors,
				      &walk->errors_capacity, sizeof *slot);

	*slot = arena_printf(walk->arena, "%s: %s", path, files_error(error));
}

static void add_file(struct walker *w, const char *path, struct file_facts facts, bool named)
{
	struct candidate *c;

	while (!named && strncmp(path, "./", 2) == 0)
		path += 2;
	c = arena_push(w->walk->arena, (void **)&w->items, &w->n, &w->capacity, sizeof *c);
	*c = (struct candidate){{path, named}, facts};
}

/* True if a glob covers `path`, which lies below w->root. */
static bool is_excluded(struct walker *w, const char *path)
{
	const struct exclude *exclude = w->exclude;
	size_t folder;
	bool covered = false;

	if (!w->real || !exclude->n)
		return false;
	path += strlen(w->root);
	path += strspn(path, "/");
	path = files_join(w->scratch, w->real, str_of(path));
	folder = strcmp(exclude->folder, "/") == 0 ? 0 : strlen(exclude->folder);
	if (strncmp(path, exclude->folder, folder) == 0 && path[folder] == '/')
		for (uint32_t i = 0; i < exclude->n && !covered; i++)
			covered = glob_covers(w->scratch, exclude->globs[i], str_of(path + folder));
	arena_reset(w->scratch);
	return covered;
}

static bool ends_with(const char *name, const char *suffix)
{
	size_t n = strlen(name), length = strlen(suffix);

	return n > length && strcmp(name + n - length, suffix) == 0;
}

static bool is_wanted(const struct file_entry *entry)
{
	if (*entry->name == '.')
		return false;
	return entry->kind == FILE_FOLDER ||
	       (entry->kind == FILE_REGULAR &&
		(ends_with(entry->name, ".yaml") || ends_with(entry->name, ".yml")));
}

static void walk_folder(struct walker *w, const char *folder)
{
	struct file_list list = {0};
	int error = w->files->list(w->files, w->walk->arena, folder, UINT32_MAX, &list);

	if (error)
		add_error(w, folder, error);
	for (uint32_t i = 0; i < list.n; i++) {
		struct file_facts facts;
		const char *path;

		if (!is_wanted(&list.items[i]))
			continue;
		path = files_join(w->walk->arena, folder, str_of(list.items[i].name));
		if (is_excluded(w, path))
			continue;
		error = w->files->look(w->files, path, false, &facts);
		if (error)
			add_error(w, path, error);
		else if (facts.kind == FILE_FOLDER)
			walk_folder(w, path);
		else if (facts.kind == FILE_REGULAR)
			add_file(w, path, facts, false);
	}
}

/* Adds a path from the command line. Follows links, and takes a file whatever its name. */
static void walk_path(struct walker *w, const char *path, bool named)
{
	const struct files *files = w->files;
	struct file_facts facts;
	int error = files->look(files, path, true, &facts);

	if (error) {
		add_error(w, path, error);
		return;
	}
	if (facts.kind != FILE_FOLDER) {
		add_file(w, path, facts, named);
		return;
	}
	w->root = path;
	w->real = NULL;
	if (w->exclude)
		files->real_path(files, w->walk->arena, path, &w->real);
	walk_folder(w, path);
}

static bool is_regular(const struct candidate *c)
{
	return c->facts.kind == FILE_REGULAR;
}

static bool is_same(const struct candidate *a, const struct candidate *b)
{
	if (is_regular(a) && is_regular(b))
		return a->facts.device == b->facts.device && a->facts.number == b->facts.number;
	return strcmp(a->file.path, b->file.path) == 0;
}

static int by_identity(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (is_regular(x) != is_regular(y))
		return is_regular(x) ? -1 : 1;
	if (x->facts.device != y->facts.device)
		return x->facts.device < y->facts.device ? -1 : 1;
	if (x->facts.number != y->facts.number)
		return x->facts.number < y->facts.number ? -1 : 1;
	if (x->file.named != y->file.named)
		return x->file.named ? -1 : 1;
	return strcmp(x->file.path, y->file.path);
}

static int by_path(const void *a, const void *b)
{
	const struct found_file *x = a, *y = b;

	return strcmp(x->path, y->path);
}

void walk_paths(struct walk *walk, struct arena *arena, const struct files *files,
		const struct exclude *exclude, const char *const *paths, uint32_t n, bool named)
{
	struct walker w = {
		.walk = walk, .files = files, .exclude = exclude, .scratch = arena_new()};

	*walk = (struct walk){.arena = arena};
	for (uint32_t i = 0; i < n; i++) {
		if (strcmp(paths[i], "-") == 0)
			add_file(&w, "-", (struct file_facts){.kind = FILE_OTHER}, true);
		else
			walk_path(&w, paths[i], named);
	}
	arena_free(w.scratch);
	if (w.n)
		qsort(w.items, w.n, sizeof *w.items, by_identity);
	for (uint32_t i = 0; i < w.n; i++) {
		struct found_file *file;

		if (i && is_same(&w.items[i - 1], &w.items[i]))
			continue;
		file = arena_push(arena, (void **)&walk->files, &walk->n, &walk->capacity,
				  sizeof *file);
		*file = w.items[i].file;
	}
	if (walk->n)
		qsort(walk->files, walk->n, sizeof *walk->files, by_path);
}
