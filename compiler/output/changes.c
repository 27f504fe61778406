/* What differs between the output folder and what it should be. */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "compiler/output/private.h"

/* The files that a killed run was about to list are ours too, so its manifest is read if it is
 * whole; before it was, that run had done nothing else. */
struct leftover_search {
	struct tree *tree;
	const char *folder;
};

static void found_leftover(void *context, const char *name)
{
	static const char manifest[] = "." OUTPUT_MANIFEST ".gpuplan-";
	struct leftover_search *search = context;
	struct tree *t = search->tree;
	struct arena *arena = t->output->arena;
	struct change *c = arena_push(arena, (void **)&t->leftovers, &t->n_leftovers,
				      &t->leftovers_capacity, sizeof *c);
	struct manifest left;
	struct str text, error;

	*c = (struct change){CHANGE_REMOVE, .folder = search->folder,
			     .name = arena_printf(arena, "%s", name).p};
	if (!*search->folder && strncmp(name, manifest, sizeof manifest - 1) == 0 &&
	    file_read(arena, t->root, name, &text) && manifest_parse(arena, text, &left, &error))
		manifest_merge(arena, &t->old, &left);
}

static bool find_leftovers(struct tree *t, const char *folder)
{
	struct leftover_search search = {t, folder};
	int fd = tree_folder(t, folder);

	if (fd < 0 || !t->locked)
		return true;
	return folder_leftovers(fd, found_leftover, &search) ||
	       tree_fail(t, "read", str_of(folder));
}

static bool refuse_manifest(struct tree *t, struct str why)
{
	struct str what = arena_printf(t->output->arena, "cannot be used: %.*s", STR_ARG(why));

	return tree_refuse(t, STR(OUTPUT_MANIFEST), what.p);
}

static bool read_manifest(struct tree *t)
{
	struct str text, why;

	if (t->root < 0)
		return true;
	switch (file_compare(t->root, OUTPUT_MANIFEST, (struct str){0})) {
	case FILE_ABSENT:
		break;
	case FILE_NOT_REGULAR:
		return tree_refuse(t, STR(OUTPUT_MANIFEST), "is not a regular file");
	case FILE_TROUBLE:
		return tree_fail(t, "read", STR(OUTPUT_MANIFEST));
	case FILE_SAME:
	case FILE_DIFFERENT:
		t->manifest.exists = true;
		if (!file_read(t->output->arena, t->root, OUTPUT_MANIFEST, &text))
			return tree_fail(t, "read", STR(OUTPUT_MANIFEST));
		if (!manifest_parse(t->output->arena, text, &t->old, &why))
			return refuse_manifest(t, why);
	}
	return find_leftovers(t, "");
}

static struct change *add_change(struct tree *t, struct str path)
{
	struct arena *arena = t->output->arena;
	struct change *c = arena_push(arena, (void **)&t->changes, &t->n, &t->capacity, sizeof *c);
	struct str folder = path_folder(arena, path);
	size_t n = folder.n ? folder.n + 1 : 0;

	*c = (struct change){
		.path = path,
		.folder = folder.p,
		.name = arena_printf(arena, "%.*s", (int)(path.n - n), path.p + n).p,
	};
	return c;
}

static bool judge_file(struct tree *t, struct change *c)
{
	int folder = tree_folder(t, c->folder);

	c->kind = CHANGE_WRITE;
	if (folder < 0 && errno == ENOENT)
		return true;
	if (folder < 0 && (errno == ENOTDIR || errno == ELOOP))
		return tree_refuse(t, str_of(c->folder),
				   "is not a folder; gpuplan follows no symbolic links there");
	if (folder < 0)
		return tree_fail(t, "open", str_of(c->folder));
	switch (file_compare(folder, c->name, c->text)) {
	case FILE_ABSENT:
		return true;
	case FILE_SAME:
		c->kind = CHANGE_NONE;
		c->exists = true;
		return true;
	case FILE_DIFFERENT:
		c->exists = true;
		return manifest_find(&t->old, c->path) ||
		       tree_refuse(
			       t, c->path,
			       "is in the way: gpuplan did not write it, and does not replace it");
	case FILE_NOT_REGULAR:
		return tree_refuse(t, c->path, "is in the way: it is not a regular file");
	case FILE_TROUBLE:
		break;
	}
	return tree_fail(t, "read", c->path);
}

/* A file that the last manifest lists and this run does not write. What has become a link or a
 * folder since, or cannot be reached without following one, is not ours any more. */
static bool judge_stale(struct tree *t, struct change *c)
{
	int folder = tree_folder(t, c->folder);

	if (folder < 0)
		return errno == ENOENT || errno == ENOTDIR || errno == ELOOP ||
		       tree_fail(t, "open", str_of(c->folder));
	switch (file_compare(folder, c->name, (struct str){0})) {
	case FILE_ABSENT:
	case FILE_NOT_REGULAR:
		return true;
	case FILE_TROUBLE:
		if (errno != EACCES)
			return tree_fail(t, "read", c->path);
		break;
	case FILE_SAME:
	case FILE_DIFFERENT:
		break;
	}
	c->kind = CHANGE_REMOVE;
	c->exists = true;
	/* Asked now, since removing comes after the first rename. */
	if (faccessat(folder, ".", W_OK | X_OK, AT_EACCESS) != 0)
		return tree_fail(t, "remove", c->path);
	return true;
}

static int compare_changes(const void *a, const void *b)
{
	return str_cmp(((const struct change *)a)->path, ((const struct change *)b)->path);
}

static bool wanted(const struct change *files, uint32_t n, struct str path)
{
	struct change key = {.path = path};

	return n && bsearch(&key, files, n, sizeof key, compare_changes);
}

static void sort_changes(struct tree *t)
{
	if (t->n)
		qsort(t->changes, t->n, sizeof *t->changes, compare_changes);
}

/* No file that this run writes is a folder of another one. */
static bool check_folders(struct tree *t)
{
	const char *last = "";

	for (uint32_t i = 0; i < t->n; i++) {
		struct str folder = str_of(t->changes[i].folder);

		if (strcmp(folder.p, last) == 0)
			continue;
		last = folder.p;
		for (; folder.n; folder = path_folder(t->output->arena, folder))
			if (wanted(t->changes, t->n, folder))
				return tree_refuse(t, folder, "would be a file and a folder");
	}
	return true;
}

/* Every file of this run, and every listed one that it does not write. */
static bool collect_changes(struct tree *t)
{
	struct output *o = t->output;
	uint32_t n_wanted;

	for (uint32_t i = 0; i < o->n_files; i++)
		add_change(t, o->files[i].path)->text = o->files[i].text;
	sort_changes(t);
	for (uint32_t i = 1; i < t->n; i++)
		assert(!str_eq(t->changes[i - 1].path, t->changes[i].path));
	if (!check_folders(t))
		return false;
	n_wanted = t->n;
	for (uint32_t i = 0; i < t->old.n; i++) {
		if (output_considers(o, t->old.files[i].target) &&
		    !wanted(t->changes, n_wanted, t->old.files[i].path))
			add_change(t, t->old.files[i].path)->stale = true;
	}
	sort_changes(t);
	return true;
}

bool tree_find_changes(struct tree *t)
{
	const char *folder = "";

	if (!read_manifest(t) || !collect_changes(t))
		return false;
	for (uint32_t i = 0; i < t->n; i++) {
		struct change *c = &t->changes[i];

		if (!(c->stale ? judge_stale(t, c) : judge_file(t, c)))
			return false;
		if (strcmp(folder, c->folder) != 0 && !find_leftovers(t, c->folder))
			return false;
		folder = c->folder;
	}
	t->manifest = (struct change){
		.path = STR(OUTPUT_MANIFEST),
		.folder = "",
		.name = OUTPUT_MANIFEST,
		.text = manifest_text(t->output, &t->old),
		.exists = t->manifest.exists,
	};
	if (!t->manifest.exists ||
	    file_compare(t->root, OUTPUT_MANIFEST, t->manifest.text) != FILE_SAME)
		t->manifest.kind = CHANGE_WRITE;
	return true;
}
