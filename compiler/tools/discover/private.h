/* Between the files of discover.h:
 *
 *     tree.c      the files that are read
 *     found.c     what else the readers share
 *     cpus.c      CPUs, memory, NUMA nodes
 *     gpus.c      GPUs and NVSwitches on the PCI bus
 *     smi.c       what nvidia-smi adds to that
 *     discover.c  the machine: all of these, names and versions, driver, IOMMU, fabric
 *     write.c     the spec */
#ifndef GPUPLAN_DISCOVER_PRIVATE_H
#define GPUPLAN_DISCOVER_PRIVATE_H

#include "compiler/tools/discover/discover.h"

enum {
	TREE_ATTRIBUTE = 4096,	    /* bytes of a value of sysfs */
	TREE_TABLE = 4 << 20,	    /* of /proc/cpuinfo and the like */
	TREE_MAX_ENTRIES = 1 << 16, /* of a folder */
};

/* What a tree holds is untrusted: every read has a limit. Paths are relative to its root. */
struct tree {
	struct arena *arena;
	const struct files *files;
};

struct tree_names {
	struct str *items; /* terminated, in the order of their bytes */
	uint32_t n;
};

/* The text of a regular file without the blanks, line ends and NUL bytes behind it; empty where it
 * cannot be read or is longer than `limit`. */
struct str tree_text(const struct tree *tree, size_t limit, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The target of a link; empty if it is none. */
struct str tree_link(const struct tree *tree, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
bool tree_has(const struct tree *tree, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* The names in a folder, but for hidden ones; none with an error of `struct files`. */
int tree_list(const struct tree *tree, const char *path, struct tree_names *names);
/* The last part of a path. */
struct str path_base(struct str path);

void machine_note(struct machine *machine, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void machine_read_cpus(struct machine *machine, const struct tree *tree);
bool machine_read_gpus(struct machine *machine, const struct tree *tree, struct str *error);

/* `32`, all of it and at most `max`. */
bool found_number(struct str s, uint64_t max, uint64_t *out);
/* The value behind `KEY` and blanks, `:` or `=` in the line that starts with it; empty: none. */
struct str found_value(struct str text, const char *key);

#endif
