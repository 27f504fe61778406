#include "compiler/base/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compiler/base/folder.h"

/* One file on its way. */
struct staged {
	const struct replacement *file;
	const char *folder, *name; /* where it really lies */
	char *temp;		   /* the new text beside it; NULL: not there, or renamed */
};

struct replacer {
	struct arena *arena;
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

static bool fail(struct replacer *r, const struct staged *s, const char *doing)
{
	return refuse(r, s, arena_printf(r->arena, "cannot %s: %s", doing, strerror(errno)).p);
}

static int open_folder(const struct staged *s)
{
	return open(s->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* Follows symbolic links: the file that they lead to is the user's. */
static bool find_place(struct replacer *r, struct staged *s)
{
	struct stat st;
	char *real, *slash;

	if (stat(s->file->path, &st) == 0 && !S_ISREG(st.st_mode))
		return refuse(r, s, "it is no regular file");
	real = realpath(s->file->path, NULL);
	if (!real)
		return fail(r, s, "find it");
	slash = strrchr(real, '/');
	s->name = arena_printf(r->arena, "%s", slash + 1).p;
	slash[slash == real] = '\0';
	s->folder = arena_printf(r->arena, "%s", real).p;
	free(real);
	return true;
}

/* As it was read, by now. */
static bool is_as_read(struct replacer *r, const struct staged *s, int folder)
{
	switch (file_compare(folder, s->name, s->file->old)) {
	case FILE_SAME:
		return true;
	case FILE_TROUBLE:
		return fail(r, s, "read it");
	case FILE_NOT_REGULAR:
		return refuse(r, s, "it is no regular file");
	case FILE_ABSENT:
	case FILE_DIFFERENT:
		break;
	}
	return refuse(r, s, "it was changed meanwhile; run again");
}

static bool may_replace(struct replacer *r, const struct staged *s, const struct stat *st)
{
	if (!(st->st_mode & (S_IWUSR | S_IWGRP | S_IWOTH)))
		return refuse(r, s, "it is read-only: `chmod u+w` it to have it fixed");
	if (st->st_nlink > 1)
		return refuse(r, s,
			      "it has a second name (a hard link), which would keep the old text");
	return true;
}

/* The file itself is asked for write permission: a folder's is enough to replace it. */
static bool stage_in(struct replacer *r, struct staged *s, int folder)
{
	int old = openat(folder, s->name, O_RDWR | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC);
	char temp[TEMP_NAME_MAX];
	struct stat st;
	bool good;

	if (old < 0)
		return fail(r, s, "write it");
	good = fstat(old, &st) == 0 ? may_replace(r, s, &st) : fail(r, s, "read it");
	if (good && !file_stage_like(folder, s->name, s->file->new, old, temp))
		good = fail(r, s, "write its new text beside it");
	close(old);
	if (good)
		s->temp = (char *)arena_printf(r->arena, "%s", temp).p;
	return good;
}

static bool stage(struct replacer *r, struct staged *s)
{
	int folder;
	bool good;

	if (!find_place(r, s))
		return false;
	folder = open_folder(s);
	if (folder < 0)
		return fail(r, s, "open its folder");
	good = stage_in(r, s, folder);
	close(folder);
	return good;
}

static bool look_again(struct replacer *r, struct staged *s)
{
	int folder = open_folder(s);
	bool good;

	if (folder < 0)
		return fail(r, s, "open its folder");
	good = is_as_read(r, s, folder);
	close(folder);
	return good;
}

/* A folder is synced once, behind the last of its files that follow one another. */
static bool is_last_there(const struct replacer *r, const struct staged *s)
{
	return s + 1 == r->items + r->n || strcmp(s->folder, s[1].folder) != 0;
}

static bool publish(struct replacer *r, struct staged *s)
{
	int folder = open_folder(s);
	bool good;

	if (folder < 0)
		return fail(r, s, "open its folder");
	good = renameat(folder, s->temp, folder, s->name) == 0 || fail(r, s, "replace it");
	if (good) {
		s->temp = NULL;
		r->renamed++;
	}
	if (good && is_last_there(r, s))
		good = fsync(folder) == 0 || fail(r, s, "sync its folder");
	close(folder);
	return good;
}

static void undo(struct replacer *r)
{
	for (uint32_t i = 0; i < r->n; i++) {
		struct staged *s = &r->items[i];
		int folder = s->temp ? open_folder(s) : -1;

		if (folder < 0)
			continue;
		unlinkat(folder, s->temp, 0);
		close(folder);
	}
}

static bool each(struct replacer *r, bool (*step)(struct replacer *, struct staged *))
{
	for (uint32_t i = 0; i < r->n; i++)
		if (!step(r, &r->items[i]))
			return false;
	return true;
}

bool replace_files(struct arena *arena, const struct replacement *files, uint32_t n,
		   struct str *error)
{
	struct replacer r = {.arena = arena, .n = n, .error = error};

	r.items = arena_array(arena, n, sizeof *r.items);
	for (uint32_t i = 0; i < n; i++)
		r.items[i].file = &files[i];
	if (each(&r, stage) && each(&r, look_again) && each(&r, publish))
		return true;
	undo(&r);
	return false;
}
