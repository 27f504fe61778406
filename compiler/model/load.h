/* From paths to the model: walks, reads, parses and decodes every spec of a run, merges profiles.
 *
 * All documents of all files together are one spec. */
#ifndef GPUPLAN_LOAD_H
#define GPUPLAN_LOAD_H

#include "compiler/base/walk.h"
#include "compiler/finding/finding.h"
#include "schema/model.h"

/* Pointers to every host (VM, …) of every document, in the order of their names. */
struct host_list {
	struct host_spec **items;
	uint32_t n, capacity;
};

struct vm_list {
	struct vm_spec **items;
	uint32_t n, capacity;
};

struct spec {
	struct host_list hosts, host_profiles;
	struct vm_list vms, profiles;
	uint32_t n_files, n_skipped;
	unsigned unread; /* of enum unread (compiler/model/decode.h): a missing name may be in it */
	bool cut;	 /* a file has more mistakes than are kept: where, is not known */
	struct str *errors; /* files and directories that could not be read */
	uint32_t n_errors, errors_capacity;
};

/* Files that sources->overlay holds are read from there, and those that it adds are read too. On at
 * most `jobs` threads; what comes out is the same for any number of them. */
void load_paths(struct spec *spec, struct arena *arena, struct sources *sources,
		struct findings *findings, const struct exclude *exclude, char **paths, uint32_t n,
		const char *stdin_name, uint32_t jobs);
/* One source that is in memory. */
void load_source(struct spec *spec, struct arena *arena, struct sources *sources,
		 struct findings *findings, struct source *source);

/* NULL when there is none. */
struct host_spec *find_host_spec(const struct host_list *list, struct str name);
struct vm_spec *find_vm_spec(const struct vm_list *list, struct str name);

#endif
