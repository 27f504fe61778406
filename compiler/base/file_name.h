/* File names as text. Only name_root_init looks at the disk. */
#ifndef GPUPLAN_FILE_NAME_H
#define GPUPLAN_FILE_NAME_H

#include "compiler/base/files.h"

/* Resolves `.`, `..` and empty parts of an absolute path without following links. Writes the
 * terminated result to `p`, which is path.p or has room for path.n + 2 bytes. Returns its length,
 * which is 0 for the root. */
size_t file_name_clean(char *p, struct str path);
/* Makes `name` absolute and clean (see above). "" is the root. `here`: the working directory. */
struct str file_name_absolute(struct arena *arena, struct str here, struct str name);

/* True if `path` is the folder or lies below it. Both must be absolute and clean. */
bool file_name_within(struct str path, struct str folder);

/* The folder that names in a report are relative to: the checkout of the repository, or the working
 * directory if that is unknown or does not contain the working directory. */
struct name_root {
	struct str here;     /* the working directory */
	struct str path;     /* links resolved, like `here`; no slash at its end */
	struct str spelling; /* the same folder as the environment spells it */
};

/* `checkout`: where a CI pipeline says that it checked out the repository, or NULL. */
void name_root_init(struct name_root *root, struct arena *arena, const struct files *files,
		    const char *checkout);
/* Returns the name relative to the root, or absolute if it lies outside. */
struct str name_in_root(const struct name_root *root, struct arena *arena, struct str name);

#endif
