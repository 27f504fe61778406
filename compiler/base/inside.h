/* Paths that a file of a repository names. They must stay inside that repository, so that a spec
 * cannot make a CI job read its own secrets. */
#ifndef GPUPLAN_INSIDE_H
#define GPUPLAN_INSIDE_H

#include "compiler/base/files.h"

/* The project file. Like .git, it marks the top of a repository. */
#define PROJECT_FILE ".gpuplan.yaml"

/* A cache of the last folder, because the files of a folder mostly come together. */
struct inside {
	struct str folder; /* as the caller names it: empty, or with a slash at its end */
	const char *real;  /* NULL: the cache is empty */
	struct str repository;
};

/* Finds the real path of `path`, which a file in `folder` names. The top of the repository is the
 * nearest folder above with a .git or a project file, or else `folder` itself. Returns 0, an error
 * of `struct files`, or FILES_OUTSIDE if the path leads out of the repository; its target was not
 * opened then. */
int path_inside(const struct files *files, struct arena *arena, struct inside *inside,
		struct str folder, struct str path, const char **real);
/* Reads a regular file inside. `limit` and *text are those of files->read. */
int read_inside(const struct files *files, struct arena *arena, struct inside *inside,
		struct str folder, struct str path, size_t limit, struct str *text);

#endif
