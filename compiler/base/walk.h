/* Finds the files that may be specs, from the paths of the command line. */
#ifndef GPUPLAN_WALK_H
#define GPUPLAN_WALK_H

#include "compiler/base/files.h"

struct found_file {
	const char *path; /* `-`: standard input */
	bool named;	  /* on the command line, not found in a directory */
};

/* Globs (compiler/base/glob.h), relative to `folder`, of files to leave out. */
struct exclude {
	const char *folder; /* absolute, links resolved */
	const struct str *globs;
	uint32_t n;
};

struct walk {
	struct arena *arena;
	struct found_file *files; /* sorted by path (strcmp), without duplicates */
	uint32_t n, capacity;
	struct str *errors; /* one per path that cannot be read: "vms: Permission denied" */
	uint32_t n_errors, errors_capacity;
};

/* Walks directories for *.yaml and *.yml. Skips hidden names, symbolic links and whatever `exclude`
 * covers, which may be NULL. Takes a file in `paths` whatever its name, and follows it if it is a
 * link. If `named` is false, files in `paths` count as found in a directory. */
void walk_paths(struct walk *walk, struct arena *arena, const struct files *files,
		const struct exclude *exclude, const char *const *paths, uint32_t n, bool named);

#endif
