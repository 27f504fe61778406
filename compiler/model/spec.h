/* The contents of all documents of a run, by name. */
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
	unsigned unread;    /* parts that may hold a missing name (enum unread,
			       compiler/model/decode.h) */
	bool cut;	    /* a file has more mistakes than the limit, at unknown places */
	struct str *errors; /* files and directories that could not be read */
	uint32_t n_errors, errors_capacity;
};

/* NULL if there is none. */
struct host_spec *find_host_spec(const struct host_list *list, struct str name);
struct vm_spec *find_vm_spec(const struct vm_list *list, struct str name);

#endif
