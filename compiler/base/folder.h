/* Files and folders by descriptors: a name that turns into a symbolic link between two calls leads
 * nowhere. */
#ifndef GPUPLAN_FOLDER_H
#define GPUPLAN_FOLDER_H

#include "compiler/base/arena.h"

/* Longest name of a file that is written beside its place, with its terminator. */
enum { TEMP_NAME_MAX = 256 };

enum file_state {
	FILE_ABSENT,
	FILE_SAME,
	FILE_DIFFERENT,
	FILE_NOT_REGULAR, /* a folder, a symbolic link, a pipe */
	FILE_TROUBLE,	  /* errno says what */
};

/* Opens a folder of the path `dir`, following links as the user meant it; with `made`, makes what
 * is missing and appends it there. -1: errno says what. */
struct folder_list {
	struct arena *arena;
	struct str *items;
	uint32_t n, capacity;
};
int folder_open_root(const char *dir, struct folder_list *made);
/* Opens a folder in an open one, if it is one itself and no link. */
int folder_open(int parent, const char *name);
/* Calls back for every file in the folder that is named like one written beside its place. */
bool folder_leftovers(int folder, void (*found)(void *context, const char *name), void *context);

enum file_state file_compare(int folder, const char *name, struct str text);
/* A whole regular file; false: errno says what (EFBIG above 512 MiB). */
bool file_read(struct arena *arena, int folder, const char *name, struct str *out);
/* An open file to its end, at most `limit` bytes of it; false: errno says what. */
bool file_read_open(struct arena *arena, int fd, size_t limit, struct str *out);
/* Writes and syncs `text` into a new file beside `name`; false: errno says what, nothing is left.
 */
bool file_stage(int folder, const char *name, struct str text, char temp[TEMP_NAME_MAX]);
/* The same, with the owner, mode and extended attributes of the open file `like`, -1: a new one's.
 * Nobody else may read it before it has them. */
bool file_stage_like(int folder, const char *name, struct str text, int like,
		     char temp[TEMP_NAME_MAX]);

#endif
