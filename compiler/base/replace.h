/* Files of the user's that get another text: all of them or, up to the last moment, none.
 *
 * Each new text is written and synced beside its file first, with the file's owner, mode and
 * extended attributes; then every file is looked at once more; only then are they renamed into
 * place. Who is killed in between leaves every file wholly old or wholly new. A symbolic link stays
 * and the file that it leads to is replaced.
 *
 * Refused, with nothing written: a file that is not as it was read, that is no regular file, that
 * nobody may write, that has a second name (which would keep the old text), or whose owner cannot
 * be kept. */
#ifndef GPUPLAN_REPLACE_H
#define GPUPLAN_REPLACE_H

#include "compiler/base/files.h"

struct replacement {
	const char *path;
	struct str old, new; /* what was read, and what is to stand there */
};

/* false: *error says which file and why, and what was replaced already, if anything was. */
bool replace_files(struct arena *arena, const struct files *files,
		   const struct replacement *replacements, uint32_t n, struct str *error);

#endif
