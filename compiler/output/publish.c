/* Updates the output folder: first stages all files, which may fail, then renames them. */
#include <errno.h>

#include "compiler/output/private.h"

/* Creates a folder and missing ones above it. */
static int make_folder(struct tree *t, struct str path)
{
	struct str above = path_folder(path);
	const char *text = path_text(t->output->arena, path);
	int error = t->root.make_folder(&t->root, text);

	if (error == ENOENT && above.n) {
		error = make_folder(t, above);
		if (!error)
			error = t->root.make_folder(&t->root, text);
	}
	if (!error)
		path_add(t->output->arena, &t->below_made, path);
	return error == EEXIST ? 0 : error;
}

static int stage_file(struct tree *t, struct change *c)
{
	return t->root.stage(&t->root, t->output->arena, c->path.p, c->text, 0644, &c->staged);
}

static bool stage_change(struct tree *t, struct change *c)
{
	int error = stage_file(t, c);

	if (error == ENOENT) {
		error = make_folder(t, path_folder(c->path));
		if (!error)
			error = stage_file(t, c);
	}
	return !error || tree_fail(t, "write", c->path, error);
}

bool tree_stage(struct tree *t)
{
	uint32_t total = 0, done = 0;

	/* The manifest comes first: if this run is killed, the next one finds in it all folders
	 * that may hold leftovers. */
	if (t->manifest.kind == CHANGE_WRITE && !stage_change(t, &t->manifest))
		return false;
	for (uint32_t i = 0; i < t->n; i++)
		total += t->changes[i].kind == CHANGE_WRITE;
	for (uint32_t i = 0; i < t->n; i++) {
		if (t->changes[i].kind != CHANGE_WRITE)
			continue;
		if (!stage_change(t, &t->changes[i]))
			return false;
		if (t->output->progress)
			t->output->progress(t->output->progress_context, ++done, total);
	}
	return true;
}

/* Removes staged files of killed runs. Errors are ignored, since leftovers do no harm. */
static void remove_leftovers(struct tree *t, bool below)
{
	for (uint32_t i = 0; i < t->leftovers.n; i++) {
		struct str path = t->leftovers.items[i];

		if ((memchr(path.p, '/', path.n) != NULL) == below)
			t->root.remove(&t->root, path.p, FILE_REGULAR);
	}
}

static bool apply(struct tree *t, struct change *c)
{
	int error;

	if (c->kind == CHANGE_REMOVE) {
		error = t->root.remove(&t->root, c->path.p, FILE_REGULAR);
		if (error && error != ENOENT)
			return tree_fail(t, "remove", c->path, error);
	} else {
		error = t->root.rename(&t->root, c->staged, c->path.p);
		if (error)
			return tree_fail(t, "write", c->path, error);
		c->staged = NULL;
	}
	t->renaming = true;
	return true;
}

static bool sync_folder(struct tree *t, struct str folder)
{
	int error = t->root.sync(&t->root, path_text(t->output->arena, folder));

	return !error || tree_fail(t, "write", folder, error);
}

/* Removes the folder and those above it while they are empty. */
static void remove_empty(struct tree *t, struct str folder)
{
	while (folder.n &&
	       !t->root.remove(&t->root, path_text(t->output->arena, folder), FILE_FOLDER))
		folder = path_folder(folder);
}

/* Applies the changes of one folder: changes[from] up to, but not including, changes[*end]. Removes
 * the folder if it had stale files and is empty, even if a killed run removed the files. */
static bool apply_folder(struct tree *t, uint32_t from, uint32_t *end)
{
	struct str folder = path_folder(t->changes[from].path);
	bool touched = false, stale = false;
	uint32_t i;

	for (i = from; i < t->n; i++) {
		struct change *c = &t->changes[i];

		if (!str_eq(path_folder(c->path), folder))
			break;
		stale |= c->stale;
		if (c->kind == CHANGE_NONE)
			continue;
		if (!apply(t, c))
			return false;
		touched = true;
	}
	*end = i;
	if (touched && !sync_folder(t, folder))
		return false;
	if (stale)
		remove_empty(t, folder);
	return true;
}

/* Syncs the parents of new folders, except the output folder, which the caller syncs. */
static bool sync_made(struct tree *t)
{
	for (uint32_t i = 0; i < t->below_made.n; i++) {
		struct str above = path_folder(t->below_made.items[i]);

		if (above.n && !sync_folder(t, above))
			return false;
	}
	return true;
}

bool tree_publish(struct tree *t)
{
	/* If any rename survives a power loss, the staged manifest must survive it too. */
	if (t->manifest.staged && !sync_folder(t, STR("")))
		return false;
	remove_leftovers(t, true);
	for (uint32_t i = 0; i < t->n;) {
		if (!apply_folder(t, i, &i))
			return false;
	}
	if (t->manifest.kind != CHANGE_NONE) {
		/* New folders are entries of the output folder, so sync it as well. */
		if (!sync_made(t) || !sync_folder(t, STR("")) || !apply(t, &t->manifest) ||
		    !sync_folder(t, STR("")))
			return false;
	}
	remove_leftovers(t, false);
	return true;
}

static void remove_staged(struct tree *t, struct change *c)
{
	if (c->staged)
		t->root.remove(&t->root, c->staged, FILE_REGULAR);
	c->staged = NULL;
}

/* After a rename, the staged manifest stays for the next run: only it lists all files. */
void tree_undo(struct tree *t)
{
	const struct files *files = t->output->place;

	for (uint32_t i = 0; i < t->n; i++)
		remove_staged(t, &t->changes[i]);
	if (t->renaming)
		return;
	remove_staged(t, &t->manifest);
	for (uint32_t i = t->below_made.n; i-- > 0;)
		t->root.remove(&t->root, t->below_made.items[i].p, FILE_FOLDER);
	for (uint32_t i = t->made.n; i-- > 0;)
		files->remove(files, t->made.items[i].p, FILE_FOLDER);
}
