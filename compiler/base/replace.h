/* Replaces the texts of several of the user's files: of all of them or, up to the last moment, of
 * none.
 *
 * Each new text is written and synced beside its file first, with the file's owner, mode and
 * extended attributes; then every file is compared with what was read; only then are the new ones
 * renamed into place. A run that is killed leaves every file wholly old or wholly new. A symbolic
 * link stays, and the file that it leads to is replaced.
 *
 * Refused, with nothing written: a file that is not as it was read, that is not regular, that
 * nobody may write, that has a second name (which would keep the old text), or whose owner cannot
 * be kept. */
#ifndef GPUPLAN_REPLACE_H
#define GPUPLAN_REPLACE_H

#include "compiler/base/files.h"

struct replacement {
	const char *path;
	struct str old, new; /* what was read, and what to write */
};

/* false: *error says which file and why, and how many were replaced before it. */
bool replace_files(struct arena *arena, const struct files *files,
		   const struct replacement *replacements, uint32_t n, struct str *error);

#endif
