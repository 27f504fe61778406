/* Paths that a file of a repository names: they lead to files of that repository only, so that a
 * spec cannot make a CI job read its own secrets. */
#ifndef GPUPLAN_INSIDE_H
#define GPUPLAN_INSIDE_H

#include "compiler/base/files.h"

/* The project file: with .git, it marks the top of a repository. */
#define PROJECT_FILE ".gpuplan.yaml"

/* The last folder asked about, kept because the files of one folder follow one another. */
struct inside {
	struct str folder; /* as it is called; empty or with its slash */
	const char *real;  /* NULL: none yet */
	struct str repository;
};

/* The real path of `path`, which a file in `folder` names. The repository starts at the nearest
 * .git or project file above; without one, it is the folder. FILES_OUTSIDE: the path leads out of
 * it, and what is there was not looked at. Other errors are those of `struct files`. */
int path_inside(const struct files *files, struct arena *arena, struct inside *inside,
		struct str folder, struct str path, const char **real);
/* Reads a regular file there; `limit` and *text as for files->read. */
int read_inside(const struct files *files, struct arena *arena, struct inside *inside,
		struct str folder, struct str path, size_t limit, struct str *text);

#endif
