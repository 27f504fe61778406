/* From the paths of the command line to the files that may be specs. */
#ifndef GPUPLAN_WALK_H
#define GPUPLAN_WALK_H

#include "compiler/base/files.h"

struct found_file {
	const char *path; /* `-`: standard input */
	bool named;	  /* on the command line, not found in a directory */
};

/* What walking leaves out: globs (compiler/base/glob.h) below a folder. */
struct exclude {
	const char *folder; /* absolute, without symbolic links */
	const struct str *globs;
	uint32_t n;
};

struct walk {
	struct arena *arena;
	struct found_file *files; /* in the order of the bytes of their paths, each file once */
	uint32_t n, capacity;
	struct str *errors; /* what could not be looked at: "vms: Permission denied" */
	uint32_t n_errors, errors_capacity;
};

/* Directories are walked for *.yaml and *.yml; hidden names, symbolic links and what `exclude`
 * (NULL: nothing) covers are skipped. A file of `paths` is followed and taken whatever its name is;
 * `named` false: as if it had been found in a directory. */
void walk_paths(struct walk *walk, struct arena *arena, const struct files *files,
		const struct exclude *exclude, const char *const *paths, uint32_t n, bool named);

#endif
