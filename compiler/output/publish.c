/* Making the output folder what it should be: first everything that can fail, beside its place,
 * then the renames. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compiler/output/private.h"

/* The folder of a change; it and those above it are made where they are missing. */
static int make_folder(struct tree *t, const char *path)
{
	struct arena *arena = t->output->arena;
	int folder = tree_folder(t, path), above;
	struct str *made, parent;

	if (folder >= 0 || errno != ENOENT || !*path)
		return folder;
	parent = path_folder(arena, str_of(path));
	above = make_folder(t, parent.p);
	if (above < 0)
		return -1;
	if (mkdirat(above, path + parent.n + (parent.n > 0), 0755) == 0) {
		made = arena_push(arena, (void **)&t->below_made.items, &t->below_made.n,
				  &t->below_made.capacity, sizeof *made);
		*made = str_of(path);
	} else if (errno != EEXIST) {
		return -1;
	}
	return tree_folder(t, path);
}

static bool stage_change(struct tree *t, struct change *c)
{
	char temp[TEMP_NAME_MAX];
	int folder = make_folder(t, c->folder);

	if (folder < 0 || !file_stage(folder, c->name, c->text, temp))
		return tree_fail(t, "write", c->path);
	c->temp = (char *)arena_printf(t->output->arena, "%s", temp).p;
	return true;
}

bool tree_stage(struct tree *t)
{
	uint32_t total = 0, done = 0;

	/* First, so that a run after one that was killed here knows every folder that may hold
	 * something of it. */
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

/* Files beside their places, of runs that were killed. Nobody misses one that cannot go. */
static void remove_leftovers(struct tree *t, bool below)
{
	for (uint32_t i = 0; i < t->n_leftovers; i++) {
		const struct change *c = &t->leftovers[i];
		int folder;

		if ((*c->folder != '\0') != below)
			continue;
		folder = tree_folder(t, c->folder);
		if (folder >= 0)
			unlinkat(folder, c->name, 0);
	}
}

static bool apply(struct tree *t, struct change *c)
{
	int folder = tree_folder(t, c->folder);

	if (folder < 0)
		return tree_fail(t, "open", str_of(c->folder));
	if (c->kind == CHANGE_REMOVE) {
		if (unlinkat(folder, c->name, 0) != 0 && errno != ENOENT)
			return tree_fail(t, "remove", c->path);
	} else {
		if (renameat(folder, c->temp, folder, c->name) != 0)
			return tree_fail(t, "write", c->path);
		c->temp = NULL;
	}
	t->renaming = true;
	return true;
}

static bool remove_folder(struct tree *t, struct str path)
{
	struct str above = path_folder(t->output->arena, path);
	int folder = tree_folder(t, above.p);

	return folder >= 0 && unlinkat(folder, path.p + above.n + (above.n > 0), AT_REMOVEDIR) == 0;
}

/* Removes the folder and those above it, as far as nothing is left in them. */
static void remove_empty(struct tree *t, struct str folder)
{
	while (folder.n && remove_folder(t, folder))
		folder = path_folder(t->output->arena, folder);
}

/* One folder: changes[from] up to, not including, the one returned in *end. It goes when nothing is
 * left in it, now or since a run that was killed before it could. */
static bool apply_folder(struct tree *t, uint32_t from, uint32_t *end)
{
	const char *folder = t->changes[from].folder;
	bool touched = false, stale = false;
	uint32_t i;

	for (i = from; i < t->n && strcmp(t->changes[i].folder, folder) == 0; i++) {
		struct change *c = &t->changes[i];

		stale |= c->stale;
		if (c->kind == CHANGE_NONE)
			continue;
		if (!apply(t, c))
			return false;
		touched = true;
	}
	*end = i;
	if (touched && fsync(tree_folder(t, folder)) != 0)
		return tree_fail(t, "write", str_of(folder));
	if (stale)
		remove_empty(t, str_of(folder));
	return true;
}

/* A new folder is an entry of the one above it. The output folder is synced by itself. */
static bool sync_made(struct tree *t)
{
	for (uint32_t i = 0; i < t->below_made.n; i++) {
		struct str above = path_folder(t->output->arena, t->below_made.items[i]);

		if (above.n && fsync(tree_folder(t, above.p)) != 0)
			return tree_fail(t, "write", above);
	}
	return true;
}

bool tree_publish(struct tree *t)
{
	/* The name of the staged manifest must outlive a loss of power that renames outlive. */
	if (t->manifest.temp && fsync(t->root) != 0)
		return tree_fail(t, "write", (struct str){0});
	remove_leftovers(t, true);
	for (uint32_t i = 0; i < t->n;) {
		if (!apply_folder(t, i, &i))
			return false;
	}
	if (t->manifest.kind != CHANGE_NONE) {
		if (!sync_made(t))
			return false;
		/* New folders are entries of this one. */
		if (fsync(t->root) != 0)
			return tree_fail(t, "write", (struct str){0});
		if (!apply(t, &t->manifest))
			return false;
		if (fsync(t->root) != 0)
			return tree_fail(t, "write", (struct str){0});
	}
	remove_leftovers(t, false);
	return true;
}

static void remove_staged(struct tree *t, struct change *c)
{
	int folder = c->temp ? tree_folder(t, c->folder) : -1;

	if (folder >= 0)
		unlinkat(folder, c->temp, 0);
	c->temp = NULL;
}

/* With renaming begun, the written manifest stays where the next run finds it: it lists files that
 * the old one does not. */
void tree_undo(struct tree *t)
{
	for (uint32_t i = 0; i < t->n; i++)
		remove_staged(t, &t->changes[i]);
	if (t->renaming)
		return;
	remove_staged(t, &t->manifest);
	for (uint32_t i = t->below_made.n; i-- > 0;)
		remove_folder(t, t->below_made.items[i]);
	for (uint32_t i = t->made.n; i-- > 0;)
		rmdir(t->made.items[i].p);
}
