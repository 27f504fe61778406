/* All that the documents of a run say, by name. */
#ifndef GPUPLAN_SPEC_H
#define GPUPLAN_SPEC_H

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

/* NULL when there is none. */
struct host_spec *find_host_spec(const struct host_list *list, struct str name);
struct vm_spec *find_vm_spec(const struct vm_list *list, struct str name);

#endif
