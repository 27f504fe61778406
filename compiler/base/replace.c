#include "compiler/base/replace.h"

#include <errno.h>

/* A file being replaced. */
struct staged {
	const struct replacement *file;
	const char *path; /* with links resolved */
	const char *temp; /* the staged file; NULL before staging and after the rename */
};

struct replacer {
	struct arena *arena, *scratch;
	const struct files *files;
	struct staged *items;
	uint32_t n, renamed;
	struct str *error;
};

static bool refuse(struct replacer *r, const struct staged *s, const char *why)
{
	*r->error = arena_printf(r->arena, "%s: %s", s->file->path, why);
	if (r->renamed)
		*r->error = arena_printf(r->arena, "%.*s (%u of %u files were written before it)",
					 STR_ARG(*r->error), r->renamed, r->n);
	return false;
}

/* True if `error`, of `struct files`, is 0; else reports it. */
static bool done(struct replacer *r, const struct staged *s, const char *doing, int error)
{
	return !error ||
	       refuse(r, s, arena_printf(r->arena, "cannot %s: %s", doing, files_error(error)).p);
}

/* Follows symbolic links, because the user means the file that they lead to. */
static bool find_place(struct replacer *r, struct staged *s, struct file_facts *facts)
{
	int error = r->files->look(r->files, s->file->path, true, facts);

	if (!error && facts->kind != FILE_REGULAR)
		return refuse(r, s, "it is not a regular file");
	if (!error)
		error = r->files->real_path(r->files, r->arena, s->file->path, &s->path);
	return done(r, s, "find it", error);
}

/* Checks the permissions of the file itself: renaming needs only those of its folder. */
static bool may_replace(struct replacer *r, const struct staged *s, const struct file_facts *facts)
{
	if (!(facts->mode & 0222))
		return refuse(r, s, "it is read-only: `chmod u+w` it to have it fixed");
	if (facts->names > 1)
		return refuse(r, s,
			      "it has a second name (a hard link), which would keep the old text");
	return done(r, s, "write it", r->files->may_write(r->files, s->path));
}

static bool stage(struct replacer *r, struct staged *s)
{
	struct file_facts facts;

	return find_place(r, s, &facts) && may_replace(r, s, &facts) &&
	       done(r, s, "write its new text beside it",
		    r->files->stage(r->files, r->arena, s->path, s->file->new, 0, &s->temp));
}

/* Refuses a file that has changed since it was read. */
static bool look_again(struct replacer *r, struct staged *s)
{
	bool same = false;
	int error = files_compare(r->files, r->scratch, s->path, s->file->old, &same);

	if (error == FILES_NOT_REGULAR)
		return refuse(r, s, "it is not a regular file");
	if (error == ENOENT || (!error && !same))
		return refuse(r, s, "it has changed since it was read; run again");
	return done(r, s, "read it", error);
}

static struct str folder_of(const struct staged *s)
{
	const char *slash = strrchr(s->path, '/');

	return (struct str){s->path, (size_t)(slash - s->path) + 1};
}

/* True for the last of consecutive files in one folder, which is synced once after it. */
static bool is_last_there(const struct replacer *r, const struct staged *s)
{
	return s + 1 == r->items + r->n || !str_eq(folder_of(s), folder_of(s + 1));
}

static bool publish(struct replacer *r, struct staged *s)
{
	const char *folder = arena_printf(r->arena, "%.*s", STR_ARG(folder_of(s))).p;

	if (!done(r, s, "replace it", r->files->rename(r->files, s->temp, s->path)))
		return false;
	s->temp = NULL;
	r->renamed++;
	return !is_last_there(r, s) ||
	       done(r, s, "sync its folder", r->files->sync(r->files, folder));
}

static void undo(void *context)
{
	struct replacer *r = context;

	for (uint32_t i = 0; i < r->n; i++)
		if (r->items[i].temp)
			r->files->remove(r->files, r->items[i].temp, FILE_REGULAR);
}

static bool each(struct replacer *r, bool (*step)(struct replacer *, struct staged *))
{
	for (uint32_t i = 0; i < r->n; i++)
		if (!step(r, &r->items[i]))
			return false;
	return true;
}

bool replace_files(struct arena *arena, const struct files *files,
		   const struct replacement *replacements, uint32_t n, struct str *error)
{
	struct replacer r = {
		.arena = arena, .scratch = arena_new(), .files = files, .n = n, .error = error};
	struct cleanup cleanup;
	bool good;

	r.items = arena_array(arena, n, sizeof *r.items);
	for (uint32_t i = 0; i < n; i++)
		r.items[i].file = &replacements[i];
	cleanup_push(&cleanup, undo, &r);
	good = each(&r, stage) && each(&r, look_again) && each(&r, publish);
	cleanup_pop(&cleanup);
	if (!good)
		undo(&r);
	arena_free(r.scratch);
	return good;
}
