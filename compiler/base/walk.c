#include "compiler/base/walk.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "compiler/base/glob.h"

/* A file and who it is, so that `vms/ vms/a.yaml` reads a.yaml once. */
struct candidate {
	struct found_file file;
	dev_t dev;
	ino_t ino;
	bool regular;
};

struct candidates {
	struct candidate *items;
	uint32_t n, capacity;
};

static bool has_suffix(const char *name, size_t n, const char *suffix)
{
	size_t length = strlen(suffix);

	return n > length && memcmp(name + n - length, suffix, length) == 0;
}

static void add_error(struct walk *walk, const char *path, int why)
{
	struct str *error = arena_push(walk->arena, (void **)&walk->errors, &walk->n_errors,
				       &walk->errors_capacity, sizeof *error);

	*error = arena_printf(walk->arena, "%s: %s", path, strerror(why));
}

static void add_file(struct walk *walk, struct candidates *all, const char *path,
		     const struct stat *st, bool named)
{
	struct candidate *c;

	while (!named && strncmp(path, "./", 2) == 0)
		path += 2;
	c = arena_push(walk->arena, (void **)&all->items, &all->n, &all->capacity, sizeof *c);
	*c = (struct candidate){.file = {arena_printf(walk->arena, "%s", path).p, named}};
	if (st) {
		c->dev = st->st_dev;
		c->ino = st->st_ino;
		c->regular = S_ISREG(st->st_mode);
	}
}

/* One directory of the command line, while it is walked. */
struct root {
	const struct exclude *exclude; /* NULL: nothing is left out */
	const char *path;	       /* as given */
	const char *real;	       /* absolute, without symbolic links */
	struct arena *scratch;
};

/* One of the globs matches the path, which is absolute. */
static bool covers(const struct exclude *exclude, struct arena *scratch, const char *path)
{
	size_t folder = strcmp(exclude->folder, "/") == 0 ? 0 : strlen(exclude->folder);
	bool covered = false;

	if (strncmp(path, exclude->folder, folder) == 0 && path[folder] == '/')
		for (uint32_t i = 0; i < exclude->n && !covered; i++)
			covered = glob_covers(scratch, exclude->globs[i], str_of(path + folder));
	return covered;
}

/* `path` stands below root->path. */
static bool is_excluded(const struct root *root, const char *path)
{
	const char *below = path + strlen(root->path), *real;
	bool covered;

	if (!root->exclude || !root->exclude->n || !root->real)
		return false;
	below += strspn(below, "/");
	real = arena_printf(root->scratch, "%s/%s", strcmp(root->real, "/") == 0 ? "" : root->real,
			    below)
		       .p;
	covered = covers(root->exclude, root->scratch, real);
	arena_reset(root->scratch);
	return covered;
}

static bool is_yaml_name(const char *name, size_t n)
{
	return has_suffix(name, n, ".yaml") || has_suffix(name, n, ".yml");
}

/* What may be a folder or a spec; some file systems do not say which. */
static int is_candidate(const struct dirent *entry)
{
	if (entry->d_name[0] == '.')
		return 0;
	return entry->d_type == DT_DIR || entry->d_type == DT_UNKNOWN ||
	       (entry->d_type == DT_REG && is_yaml_name(entry->d_name, strlen(entry->d_name)));
}

static void walk_folder(struct walk *walk, struct candidates *all, const struct root *root,
			const char *folder);

static void visit(struct walk *walk, struct candidates *all, const struct root *root,
		  const char *path)
{
	struct stat st;

	if (is_excluded(root, path))
		return;
	if (lstat(path, &st) != 0)
		add_error(walk, path, errno);
	else if (S_ISDIR(st.st_mode))
		walk_folder(walk, all, root, path);
	else if (S_ISREG(st.st_mode) && is_yaml_name(path, strlen(path)))
		add_file(walk, all, path, &st, false);
}

/* Not fts: it takes a folder that breaks off with an error for one that ends. */
static void walk_folder(struct walk *walk, struct candidates *all, const struct root *root,
			const char *folder)
{
	const char *slash = folder[strlen(folder) - 1] == '/' ? "" : "/";
	struct dirent **entries = NULL;
	int n = scandir(folder, &entries, is_candidate, NULL);

	if (n < 0)
		add_error(walk, folder, errno);
	for (int i = 0; i < n; i++) {
		visit(walk, all, root,
		      arena_printf(walk->arena, "%s%s%s", folder, slash, entries[i]->d_name).p);
		free(entries[i]);
	}
	free(entries);
}

/* One of the command line: links are followed, and a file is taken whatever its name is. */
static void walk_path(struct walk *walk, struct candidates *all, const struct exclude *exclude,
		      const char *path)
{
	struct root root = {.exclude = exclude, .path = path};
	struct stat st;
	char *real;

	if (stat(path, &st) != 0) {
		add_error(walk, path, errno);
		return;
	}
	if (!S_ISDIR(st.st_mode)) {
		add_file(walk, all, path, &st, true);
		return;
	}
	real = exclude ? realpath(path, NULL) : NULL;
	root.real = real;
	root.scratch = arena_new();
	walk_folder(walk, all, &root, path);
	arena_free(root.scratch);
	free(real);
}

static int by_identity(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->regular != y->regular)
		return x->regular ? -1 : 1;
	if (x->dev != y->dev)
		return x->dev < y->dev ? -1 : 1;
	if (x->ino != y->ino)
		return x->ino < y->ino ? -1 : 1;
	if (x->file.named != y->file.named)
		return x->file.named ? -1 : 1;
	return strcmp(x->file.path, y->file.path);
}

static int by_path(const void *a, const void *b)
{
	const struct found_file *x = a, *y = b;

	return strcmp(x->path, y->path);
}

void walk_paths(struct walk *walk, struct arena *arena, const struct exclude *exclude, char **paths,
		uint32_t n)
{
	struct candidates all = {0};

	*walk = (struct walk){.arena = arena};
	for (uint32_t i = 0; i < n; i++) {
		if (strcmp(paths[i], "-") == 0)
			add_file(walk, &all, "-", NULL, true);
		else
			walk_path(walk, &all, exclude, paths[i]);
	}
	if (all.n)
		qsort(all.items, all.n, sizeof *all.items, by_identity);
	for (uint32_t i = 0; i < all.n; i++) {
		const struct candidate *c = &all.items[i], *before = c - 1;
		struct found_file *file;

		if (i && c->regular && before->regular && c->dev == before->dev &&
		    c->ino == before->ino)
			continue;
		if (i && !c->regular && strcmp(c->file.path, before->file.path) == 0)
			continue;
		file = arena_push(arena, (void **)&walk->files, &walk->n, &walk->capacity,
				  sizeof *file);
		*file = c->file;
	}
	if (walk->n)
		qsort(walk->files, walk->n, sizeof *walk->files, by_path);
}

bool walk_would_take(const struct exclude *exclude, const char *folder, const char *path)
{
	struct arena *scratch;
	bool covered;

	if (strstr(path + strlen(folder), "/.") || !is_yaml_name(path, strlen(path)))
		return false;
	if (!exclude->n)
		return true;
	scratch = arena_new();
	covered = covers(exclude, scratch, path);
	arena_free(scratch);
	return !covered;
}
