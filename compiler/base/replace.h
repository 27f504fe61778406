/* Replaces several of the user's files: all or none, unless a rename fails midway.
 *
 * First, each new text is written and synced beside its file, with the same owner, mode and
 * extended attributes. Then every file is compared with what was read. Only then are the new files
 * renamed into place, so that a killed run leaves every file complete, old or new. A symbolic link
 * is kept, and the file that it leads to is replaced.
 *
 * Nothing is replaced if a file has changed since it was read, is not a regular file, is read-only,
 * has a second hard link (which would keep the old text), or has an owner that cannot be kept. */
#ifndef GPUPLAN_REPLACE_H
#define GPUPLAN_REPLACE_H

#include "compiler/base/files.h"

struct replacement {
	const char *path;
	struct str old, new; /* the text that was read, and the text to write */
};

/* On failure, *error names the file, the reason, and how many files were replaced before it. */
bool replace_files(struct arena *arena, const struct files *files,
		   const struct replacement *replacements, uint32_t n, struct str *error);

#endif
