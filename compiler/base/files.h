/* The only way to files: what reads, walks or writes them is handed a `struct files`.
 *
 * It is a folder and the functions that reach files from it. There are three implementations:
 *
 *     files_system.c   the operating system's: files_system_path.c, _read.c, _write.c
 *     files_memory.c   a tree in memory: for tests, and where there is no disk
 *     files_overlay.c  texts in front of other files: what an editor holds, what a fix would write
 *
 * A relative path starts at the folder, an absolute one at the root. Each function returns 0, or
 * why it failed: an errno value or one of `enum files_failure`; files_error() has the words for
 * both. Results are set only on success and live in the arena that the caller passes.
 *
 * Several threads may read at once, but not from a folder that was opened with REACH_NAMES. */
#ifndef GPUPLAN_FILES_H
#define GPUPLAN_FILES_H

#include "compiler/base/arena.h"

enum files_failure {
	FILES_NOT_REGULAR = -1, /* a folder, pipe or device, or a link that is not followed */
	FILES_NOT_HELD = -2,	/* this kernel cannot keep links inside a folder */
	FILES_OUTSIDE = -3,	/* compiler/base/inside.h */
};

enum file_kind { FILE_REGULAR, FILE_FOLDER, FILE_LINK, FILE_OTHER };

struct file_facts {
	enum file_kind kind;
	uint64_t device, number; /* both equal: one file under two names */
	unsigned mode;		 /* permission bits */
	uint64_t names;		 /* hard links */
};

struct file_entry {
	const char *name;
	enum file_kind kind;
};

struct file_list {
	struct file_entry *items; /* in no order, without `.` and `..` */
	uint32_t n, capacity;
};

/* What a path may lead to. */
enum files_reach {
	REACH_ALL,     /* any file, through `..` and links */
	REACH_IN_ROOT, /* the folder is the root of every path and link, as with chroot */
	REACH_NAMES,   /* a file below the folder: no link is followed, and `..` is refused */
};

/* How to read. */
enum {
	READ_ANY = 0,	   /* pipes and devices too; `-` is standard input */
	READ_REGULAR = 1,  /* nothing else is opened: a pipe would wait, a device may act */
	READ_NOFOLLOW = 2, /* the last part of the path must not be a link */
};

struct files {
	/* Reads at most `limit` bytes and one more: text->n > limit means that the file is longer.
	 */
	int (*read)(const struct files *files, struct arena *arena, const char *path, unsigned how,
		    size_t limit, struct str *text);
	/* `follow`: looks at what a link leads to, not at the link. */
	int (*look)(const struct files *files, const char *path, bool follow,
		    struct file_facts *facts);
	/* The entries of a folder; E2BIG: there are more than `most`. */
	int (*list)(const struct files *files, struct arena *arena, const char *path, uint32_t most,
		    struct file_list *list);
	/* The target of a symbolic link. */
	int (*read_link)(const struct files *files, struct arena *arena, const char *path,
			 struct str *target);
	/* Absolute, without symbolic links; only with REACH_ALL. */
	int (*real_path)(const struct files *files, struct arena *arena, const char *path,
			 const char **real);
	/* The same files, seen from another folder. *folder must not move until `close`. */
	int (*open)(const struct files *files, struct arena *arena, const char *path,
		    enum files_reach reach, struct files *folder);
	void (*close)(struct files *folder);
	/* Waits until no other process has locked the folder, or, if not `alone`, none has locked
	 * it alone. `close` unlocks. */
	int (*lock)(const struct files *folder, bool alone);

	/* --- writing: from one thread --- */

	/* Writes and syncs a new file beside `path`, to be renamed to it; on failure nothing is
	 * left behind. `mode`: its permission bits, less the umask; 0: it gets the owner, mode and
	 * attributes of the file at `path` before anybody else may read it. */
	int (*stage)(const struct files *files, struct arena *arena, const char *path,
		     struct str text, unsigned mode, const char **staged);
	/* Both paths in one folder. */
	int (*rename)(const struct files *files, const char *staged, const char *path);
	/* A file, or an empty folder. */
	int (*remove)(const struct files *files, const char *path, enum file_kind kind);
	int (*make_folder)(const struct files *files, const char *path);
	/* Renames, new entries and removals in the folder `path` then survive a loss of power. */
	int (*sync)(const struct files *files, const char *path);
	/* 0: the file may be written; with `FOLDER/.`, entries may be added and removed. */
	int (*may_write)(const struct files *files, const char *path);
	/* Writes in place, to a device or a pipe too; a file is emptied first, or made. */
	int (*overwrite)(const struct files *files, const char *path, struct str text);

	/* --- private to the implementations --- */

	const char *name; /* what the folder was opened as; NULL: where relative paths start */
	enum files_reach reach;
	/* Of the system: */
	int fd;
	struct last_folder *last;
	struct cleanup cleanup;
	/* Of a tree in memory, and of an overlay: */
	struct memory *memory;
	const struct files *under;
	const struct overlay *overlay;
};

/* The system's files, from the working directory. */
extern const struct files system_files;

/* An empty tree in memory, seen from its root. It has no links, owners, modes or locks. It copies
 * what is written to it into `arena`. */
struct files memory_files(struct arena *arena);
/* Adds a file, with the folders above it. */
void memory_add(const struct files *files, const char *path, struct str text);

/* A text in place of a file, which need not exist. */
struct overlay_text {
	const char
		*path; /* as `read` is given it, with the folder's name in front where it has one */
	struct str text;
};

struct overlay {
	struct overlay_text *items; /* in the order of their paths: overlay_sort */
	uint32_t n;
};

void overlay_sort(struct overlay *overlay);
/* NULL: there is none. */
const struct overlay_text *overlay_find(const struct overlay *overlay, const char *path);
/* The texts in front of `under`. Both must outlive the result and what is opened from it. */
struct files overlay_files(const struct overlay *overlay, const struct files *under);

/* --- on top of any of them --- */

/* "No such file or directory" */
const char *files_error(int error);
/* `name`, seen from `folder` (NULL: as it is). */
const char *files_join(struct arena *arena, const char *folder, struct str name);
/* Whether a regular file holds that text; a link at the end of the path is not followed. Resets
 * `scratch`. */
int files_compare(const struct files *files, struct arena *scratch, const char *path,
		  struct str text, bool *same);
/* Writes a text to a path that the user gave: beside it and then renamed, so that it is wholly old
 * or wholly new; in place where the path is no regular file, or its folder or owner is not ours to
 * change. */
int files_write(const struct files *files, struct arena *arena, const char *path, struct str text);
/* Whether a name is that of a staged file: .NAME.gpuplan-XXXXXX */
#define FILES_STAGED ".gpuplan-"
bool files_is_staged(const char *name);

#endif
