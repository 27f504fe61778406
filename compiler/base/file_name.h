/* Names of files as text: nothing is looked up but the working directory and a root. */
#ifndef GPUPLAN_FILE_NAME_H
#define GPUPLAN_FILE_NAME_H

#include "compiler/base/files.h"

/* Removes `.`, `..` and empty parts from an absolute path, by name alone. Writes the terminated
 * result to `p`, which may be path.p or has room for path.n + 2 bytes. Returns its length; 0 is the
 * root. */
size_t file_name_clean(char *p, struct str path);
/* From the root, without `.`, `..` and empty parts, links not followed; "" is the root itself.
 * `here`: the working directory. */
struct str file_name_absolute(struct arena *arena, struct str here, struct str name);

/* Both of that form: `path` is the folder or lies below it. */
bool file_name_within(struct str path, struct str folder);

/* What the names in a report are relative to: the folder where the repository was checked out, or
 * the working directory where that is not known or does not lie in it. */
struct name_root {
	struct str here;     /* the working directory */
	struct str path;     /* without links, like `here`; no slash at its end */
	struct str spelling; /* the same folder as the environment spells it */
};

/* `checkout`: the folder that a pipeline says the repository is in, or NULL. */
void name_root_init(struct name_root *root, struct arena *arena, const struct files *files,
		    const char *checkout);
/* Relative to the root, or absolute outside of it. */
struct str name_in_root(const struct name_root *root, struct arena *arena, struct str name);

#endif
