#include "compiler/walk.h"

#include <errno.h>
#include <fts.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "compiler/glob.h"

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

static bool is_excluded(const struct root *root, const FTSENT *entry)
{
	const char *below = entry->fts_path + strlen(root->path), *path;
	bool covered;

	if (!root->exclude || !root->exclude->n || !root->real)
		return false;
	below += strspn(below, "/");
	path = arena_printf(root->scratch, "%s/%s", strcmp(root->real, "/") == 0 ? "" : root->real,
			    below)
		       .p;
	covered = covers(root->exclude, root->scratch, path);
	arena_reset(root->scratch);
	return covered;
}

static bool is_yaml_name(const char *name, size_t n)
{
	return has_suffix(name, n, ".yaml") || has_suffix(name, n, ".yml");
}

static void visit(struct walk *walk, struct candidates *all, const struct root *root, FTS *tree,
		  FTSENT *entry)
{
	bool named = entry->fts_level == FTS_ROOTLEVEL;

	switch (entry->fts_info) {
	case FTS_D:
		if (!named && (entry->fts_name[0] == '.' || is_excluded(root, entry)))
			fts_set(tree, entry, FTS_SKIP);
		break;
	case FTS_DNR:
	case FTS_ERR:
	case FTS_NS:
		add_error(walk, entry->fts_path, entry->fts_errno);
		break;
	case FTS_SLNONE:
		add_error(walk, entry->fts_path, ENOENT);
		break;
	case FTS_F:
	case FTS_DEFAULT:
		if (named || (entry->fts_info == FTS_F && entry->fts_name[0] != '.' &&
			      is_yaml_name(entry->fts_name, entry->fts_namelen) &&
			      !is_excluded(root, entry)))
			add_file(walk, all, entry->fts_path, entry->fts_statp, named);
		break;
	default:
		break;
	}
}

static void walk_path(struct walk *walk, struct candidates *all, const struct exclude *exclude,
		      char *path)
{
	char *const roots[] = {path, NULL};
	FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, NULL);
	char *real = exclude ? realpath(path, NULL) : NULL;
	struct root root = {exclude, path, real, arena_new()};
	FTSENT *entry;

	if (!tree)
		add_error(walk, path, errno);
	while (tree && (entry = fts_read(tree)))
		visit(walk, all, &root, tree, entry);
	if (tree)
		fts_close(tree);
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
