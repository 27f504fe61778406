/* Finds the differences between the output folder and this run's artifacts. */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "compiler/output/private.h"

/* True if a part of the path is a link or a file instead of a folder. */
static bool is_no_folder(int error)
{
	return error == ENOTDIR || error == ELOOP;
}

/* Merges the staged manifest of a killed run, whose files are gpuplan's too. An incomplete one does
 * not matter: a run stages its manifest before its other files. */
static void merge_leftover(struct tree *t, const char *name)
{
	static const char manifest[] = "." OUTPUT_MANIFEST FILES_STAGED;
	struct manifest left;
	struct str text, error;

	if (strncmp(name, manifest, sizeof manifest - 1) == 0 &&
	    !tree_read(t, t->output->arena, name, &text) &&
	    manifest_parse(t->output->arena, text, &left, &error))
		manifest_merge(t->output->arena, &t->old, &left);
}

static bool find_leftovers(struct tree *t, struct str folder)
{
	struct file_list list;
	int error;

	if (!t->locked)
		return true;
	arena_reset(t->scratch);
	error = t->root.list(&t->root, t->scratch, path_text(t->scratch, folder), UINT32_MAX,
			     &list);
	if (error == ENOENT || is_no_folder(error))
		return true;
	if (error)
		return tree_fail(t, "read", folder, error);
	for (uint32_t i = 0; i < list.n; i++) {
		const char *name = list.items[i].name;

		if (!files_is_staged(name))
			continue;
		path_add(t->output->arena, &t->leftovers,
			 arena_printf(t->scratch, "%.*s%s%s", STR_ARG(folder), folder.n ? "/" : "",
				      name));
		if (!folder.n)
			merge_leftover(t, name);
	}
	return true;
}

static bool refuse_manifest(struct tree *t, struct str why)
{
	struct str what = arena_printf(t->output->arena, "cannot be used: %.*s", STR_ARG(why));

	return tree_refuse(t, STR(OUTPUT_MANIFEST), what.p);
}

static bool read_manifest(struct tree *t)
{
	struct arena *arena = t->output->arena;
	struct str text, why;
	int error = tree_read(t, arena, OUTPUT_MANIFEST, &text);

	if (error == FILES_NOT_REGULAR)
		return tree_refuse(t, STR(OUTPUT_MANIFEST), "is not a regular file");
	if (error && error != ENOENT)
		return tree_fail(t, "read", STR(OUTPUT_MANIFEST), error);
	t->manifest.exists = !error;
	if (!error && !manifest_parse(arena, text, &t->old, &why))
		return refuse_manifest(t, why);
	return find_leftovers(t, STR(""));
}

static struct change *add_change(struct tree *t, struct str path)
{
	struct arena *arena = t->output->arena;
	struct change *c = arena_push(arena, (void **)&t->changes, &t->n, &t->capacity, sizeof *c);

	*c = (struct change){.path = arena_printf(arena, "%.*s", STR_ARG(path))};
	return c;
}

static int compare(struct tree *t, const struct change *c, struct str text, bool *same)
{
	return t->exists ? files_compare(&t->root, t->scratch, c->path.p, text, same) : ENOENT;
}

static bool judge_file(struct tree *t, struct change *c)
{
	bool same;
	int error = compare(t, c, c->text, &same);

	c->kind = CHANGE_WRITE;
	if (error == ENOENT)
		return true;
	if (is_no_folder(error))
		return tree_refuse(t, path_folder(c->path),
				   "is not a folder; gpuplan does not follow symbolic links there");
	if (error == FILES_NOT_REGULAR)
		return tree_refuse(t, c->path, "is in the way: it is not a regular file");
	if (error)
		return tree_fail(t, "read", c->path, error);
	c->exists = true;
	if (same)
		c->kind = CHANGE_NONE;
	return same || manifest_find(&t->old, c->path) ||
	       tree_refuse(t, c->path,
			   "is in the way: gpuplan did not write it, and does not replace it");
}

/* Decides about a file that the last manifest lists and this run does not write. If it is a link or
 * a folder by now, or behind a link, it is no longer gpuplan's. */
static bool judge_stale(struct tree *t, struct change *c)
{
	struct str folder = path_folder(c->path);
	bool same;
	int error = compare(t, c, STR(""), &same);

	if (error == ENOENT || error == FILES_NOT_REGULAR || is_no_folder(error))
		return true;
	if (error && error != EACCES)
		return tree_fail(t, "read", c->path, error);
	c->kind = CHANGE_REMOVE;
	c->exists = true;
	/* Check permissions now: removing comes after the first rename, when it is too late to
	 * fail. */
	error = t->root.may_write(
		&t->root,
		arena_printf(t->scratch, "%.*s%s.", STR_ARG(folder), folder.n ? "/" : "").p);
	return !error || tree_fail(t, "remove", c->path, error);
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

/* Refuses a file of this run whose path is also a folder of another file. */
static bool check_folders(struct tree *t)
{
	struct str last = STR("");

	for (uint32_t i = 0; i < t->n; i++) {
		struct str folder = path_folder(t->changes[i].path);

		if (str_eq(folder, last))
			continue;
		last = folder;
		for (; folder.n; folder = path_folder(folder))
			if (wanted(t->changes, t->n, folder))
				return tree_refuse(t, folder, "would be a file and a folder");
	}
	return true;
}

/* Lists the files of this run, and the files of the last manifest that it does not write. */
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
	struct str last = STR("");
	bool same = false;

	if ((t->exists && !read_manifest(t)) || !collect_changes(t))
		return false;
	for (uint32_t i = 0; i < t->n; i++) {
		struct change *c = &t->changes[i];
		struct str folder = path_folder(c->path);

		if (!(c->stale ? judge_stale(t, c) : judge_file(t, c)))
			return false;
		if (!str_eq(folder, last) && !find_leftovers(t, folder))
			return false;
		last = folder;
	}
	t->manifest = (struct change){
		.path = STR(OUTPUT_MANIFEST),
		.text = manifest_text(t->output, &t->old),
		.exists = t->manifest.exists,
	};
	if (compare(t, &t->manifest, t->manifest.text, &same) || !same)
		t->manifest.kind = CHANGE_WRITE;
	return true;
}
