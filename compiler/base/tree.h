/* A tree of files that is read, and never left: this machine's /sys and /proc, or a copy of them.
 *
 * Paths are relative to its root. Links are followed inside it only, an absolute one from its
 * root on; what is neither a plain file nor a folder is not there. What a tree holds is untrusted:
 * every read has a limit. */
#ifndef GPUPLAN_TREE_H
#define GPUPLAN_TREE_H

#include "compiler/base/arena.h"

enum {
	TREE_ATTRIBUTE = 4096,	    /* bytes of a value of sysfs */
	TREE_TABLE = 4 << 20,	    /* of /proc/cpuinfo and the like */
	TREE_MAX_ENTRIES = 1 << 16, /* of a folder */
};

struct tree {
	struct arena *arena;
	int fd;
	bool live;
};

struct tree_names {
	struct str *items; /* terminated, in the order of their bytes */
	uint32_t n, capacity;
};

/* NULL: this machine's own. false with *error. */
bool tree_open(struct tree *tree, struct arena *arena, const char *root, struct str *error);
void tree_close(struct tree *tree);

/* The text of a file without the blanks, line ends and NUL bytes behind it; empty where it cannot
 * be read or is longer than `limit`. */
struct str tree_text(struct tree *tree, size_t limit, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* What a link says; empty: no link. */
struct str tree_link(struct tree *tree, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* The names in a folder, but for hidden ones; false: it cannot be read, or has too many. */
bool tree_list(struct tree *tree, const char *path, struct tree_names *names);
bool tree_has(struct tree *tree, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The last part of a path. */
struct str path_base(struct str path);

#endif
