/* Texts in place of files. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "compiler/base/files_private.h"

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct overlay_text *)a)->path,
		      ((const struct overlay_text *)b)->path);
}

void overlay_sort(struct overlay *overlay)
{
	if (overlay->n)
		qsort(overlay->items, overlay->n, sizeof *overlay->items, by_path);
}

/* The index of the first text whose path does not sort before `path`. */
static uint32_t find_from(const struct overlay *overlay, const char *path)
{
	uint32_t low = 0, high = overlay->n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (strcmp(overlay->items[middle].path, path) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct overlay_text *overlay_find(const struct overlay *overlay, const char *path)
{
	uint32_t i = find_from(overlay, path);

	return i < overlay->n && strcmp(overlay->items[i].path, path) == 0 ? &overlay->items[i]
									   : NULL;
}

/* --- as files --- */

/* The name of a path in the overlay; for a folder, the prefix of the texts below it. */
static const char *key_of(const struct files *files, const char *path, bool folder,
			  char key[PATH_MAX])
{
	const char *name = files->name && *path != '/' ? files->name : "";
	size_t n = strlen(name), end = strlen(path);

	snprintf(key, PATH_MAX, "%s%s%s%s", name, n && name[n - 1] != '/' ? "/" : "", path,
		 folder && end && path[end - 1] != '/' ? "/" : "");
	return key;
}

static int read_text(const struct files *files, struct arena *arena, const char *path, unsigned how,
		     size_t limit, struct str *text)
{
	char key[PATH_MAX];
	const struct overlay_text *held = overlay_find(files->overlay,
						       key_of(files, path, false, key));

	if (!held)
		return files->under->read(files->under, arena, path, how, limit, text);
	*text = (struct str){held->text.p, held->text.n <= limit ? held->text.n : limit + 1};
	return 0;
}

/* The path of text `i` without its prefix `key`, or NULL if it does not start with it. */
static const char *next_below(const struct overlay *overlay, const char *key, uint32_t i)
{
	size_t n = strlen(key);

	return i < overlay->n && strncmp(overlay->items[i].path, key, n) == 0
		       ? overlay->items[i].path + n
		       : NULL;
}

/* Files and folders that exist only in the overlay have device 0. */
static int look(const struct files *files, const char *path, bool follow, struct file_facts *facts)
{
	const struct overlay *overlay = files->overlay;
	int error = files->under->look(files->under, path, follow, facts);
	const struct overlay_text *text;
	char key[PATH_MAX];
	uint32_t first;

	if (error != ENOENT)
		return error;
	text = overlay_find(overlay, key_of(files, path, false, key));
	if (text) {
		*facts = (struct file_facts){FILE_REGULAR,
					     .number = (uint64_t)(text - overlay->items)};
		return 0;
	}
	first = find_from(overlay, key_of(files, path, true, key));
	if (!next_below(overlay, key, first))
		return error;
	*facts = (struct file_facts){FILE_FOLDER, .number = first};
	return 0;
}

/* Adds the files that exist only in the overlay, and the folders on the way to them. */
static int list_texts(const struct files *files, struct arena *arena, const char *path,
		      uint32_t most, struct file_list *list)
{
	char key[PATH_MAX];
	uint32_t i = find_from(files->overlay, key_of(files, path, true, key));
	const char *below;
	struct str last = {0};
	int error = 0;

	for (; !error && (below = next_below(files->overlay, key, i)); i++) {
		struct str name = {below, strcspn(below, "/")};
		struct file_facts facts;

		if (str_eq(name, last))
			continue;
		last = name;
		if (files->under->look(files->under, files_join(arena, path, name), false,
				       &facts) == ENOENT)
			error = file_list_add(arena, list, most, name,
					      below[name.n] ? FILE_FOLDER : FILE_REGULAR);
	}
	return error;
}

static int list(const struct files *files, struct arena *arena, const char *path, uint32_t most,
		struct file_list *list)
{
	struct file_list all = {0};
	int error = files->under->list(files->under, arena, path, most, &all);

	if (!error || error == ENOENT) {
		int added = list_texts(files, arena, path, most, &all);

		error = added || all.n ? added : error;
	}
	if (!error)
		*list = all;
	return error;
}

static int open_folder(const struct files *files, struct arena *arena, const char *path,
		       enum files_reach reach, struct files *folder)
{
	struct files *under = arena_alloc(arena, sizeof *under);
	int error = files->under->open(files->under, arena, path, reach, under);

	if (!error)
		*folder = overlay_files(files->overlay, under);
	return error;
}

static void close_folder(struct files *folder)
{
	struct files *under = (struct files *)folder->under;

	under->close(under);
}

/* All other functions and private fields are copied from `under`. */
struct files overlay_files(const struct overlay *overlay, const struct files *under)
{
	struct files files = *under;

	files.read = read_text;
	files.look = look;
	files.list = list;
	files.open = open_folder;
	files.close = close_folder;
	files.cleanup = (struct cleanup){0};
	files.under = under;
	files.overlay = overlay;
	return files;
}
