/* Paths that a file of a repository names: they lead to files of the repository, and nowhere else.
 * What a spec says must not make a CI job read its own secrets. */
#ifndef GPUPLAN_INSIDE_H
#define GPUPLAN_INSIDE_H

#include "compiler/base/files.h"

/* The project file: with .git, it marks the top of a repository. */
#define PROJECT_FILE ".gpuplan.yaml"

/* The folder that was asked of last: files of one folder come one after the other. */
struct inside {
	struct str folder; /* as it is called; empty or with its slash */
	const char *real;  /* NULL: none was asked of yet */
	struct str repository;
};

/* The real path of `path`, which a file in `folder` names. The repository reaches up to the nearest
 * .git or project file; without one, it is the folder. FILES_OUTSIDE: it leads out of it, and what
 * is there was not even looked at. Other errors are those of `struct files`. */
int path_inside(const struct files *files, struct arena *arena, struct inside *inside,
		struct str folder, struct str path, const char **real);
/* The text of a regular file there, as files->read gives it. */
int read_inside(const struct files *files, struct arena *arena, struct inside *inside,
		struct str folder, struct str path, size_t limit, struct str *text);

#endif
