/* File access. All code that reads, walks or writes files does it through a `struct files`.
 *
 * It is a folder with the functions that access files from there. There are three implementations:
 *
 *     files_system.c   the operating system's: files_system_path.c, _read.c, _write.c
 *     files_memory.c   a tree in memory: for tests, and where there is no disk
 *     files_overlay.c  texts in place of files: unsaved ones of an editor, or the result of a fix
 *
 * A relative path starts at the folder, an absolute one at the root. Each function returns 0 or an
 * error: an errno value or one of `enum files_failure`; files_error() describes both. Results are
 * set only on success and live in the arena that the caller passes.
 *
 * Several threads may read at once, except from a folder opened with REACH_NAMES. */
#ifndef GPUPLAN_FILES_H
#define GPUPLAN_FILES_H

#include "compiler/base/arena.h"

enum files_failure {
	FILES_NOT_REGULAR = -1, /* a folder, pipe or device, or a link that is not followed */
	FILES_NOT_HELD = -2,	/* this kernel cannot keep links inside a folder */
	FILES_OUTSIDE = -3,	/* outside the repository: compiler/base/inside.h */
};

enum file_kind { FILE_REGULAR, FILE_FOLDER, FILE_LINK, FILE_OTHER };

struct file_facts {
	enum file_kind kind;
	uint64_t device, number; /* equal for all names of one file */
	unsigned mode;		 /* permission bits */
	uint64_t names;		 /* hard links */
};

struct file_entry {
	const char *name;
	enum file_kind kind;
};

struct file_list {
	struct file_entry *items; /* unsorted, without `.` and `..` */
	uint32_t n, capacity;
};

/* What a path may lead to. */
enum files_reach {
	REACH_ALL,     /* any file; `..` and links are followed */
	REACH_IN_ROOT, /* the folder acts as the root of all paths and links, as with chroot */
	REACH_NAMES,   /* files below the folder; links are not followed, `..` is refused */
};

/* Flags of `read`. */
enum {
	READ_ANY = 0,	   /* also pipes and devices; `-` is standard input */
	READ_REGULAR = 1,  /* opens regular files only: a pipe could block, a device could react */
	READ_NOFOLLOW = 2, /* the last part of the path must not be a link */
};

struct files {
	/* Reads at most `limit` + 1 bytes: text->n > limit means that the file is longer. */
	int (*read)(const struct files *files, struct arena *arena, const char *path, unsigned how,
		    size_t limit, struct str *text);
	/* `follow`: look at the target of a symbolic link instead of the link. */
	int (*look)(const struct files *files, const char *path, bool follow,
		    struct file_facts *facts);
	/* Lists the entries of a folder. E2BIG if there are more than `most`. */
	int (*list)(const struct files *files, struct arena *arena, const char *path, uint32_t most,
		    struct file_list *list);
	/* Reads the target of a symbolic link. */
	int (*read_link)(const struct files *files, struct arena *arena, const char *path,
			 struct str *target);
	/* Makes a path absolute and resolves symbolic links. Only with REACH_ALL. */
	int (*real_path)(const struct files *files, struct arena *arena, const char *path,
			 const char **real);
	/* Opens another folder of the same files. *folder must not move until `close`. */
	int (*open)(const struct files *files, struct arena *arena, const char *path,
		    enum files_reach reach, struct files *folder);
	void (*close)(struct files *folder);
	/* Locks the folder: exclusively if `alone`, else shared. Waits for the locks of other
	 * processes. `close` unlocks. */
	int (*lock)(const struct files *folder, bool alone);

	/* --- writing: from one thread --- */

	/* Writes and syncs a new file beside `path`, to be renamed to it. Leaves nothing behind on
	 * failure. `mode`: its permission bits, less the umask. With 0 it gets the owner, mode and
	 * attributes of the file at `path`, and is private until then. */
	int (*stage)(const struct files *files, struct arena *arena, const char *path,
		     struct str text, unsigned mode, const char **staged);
	/* Both paths must be in the same folder. */
	int (*rename)(const struct files *files, const char *staged, const char *path);
	/* Removes a file or an empty folder. */
	int (*remove)(const struct files *files, const char *path, enum file_kind kind);
	int (*make_folder)(const struct files *files, const char *path);
	/* Makes renames, new entries and removals in the folder `path` survive a power loss. */
	int (*sync)(const struct files *files, const char *path);
	/* Returns 0 if the user may write the file or, for `FOLDER/.`, add and remove entries. */
	int (*may_write)(const struct files *files, const char *path);
	/* Writes in place, also to a device or a pipe. A file is truncated first, or created. */
	int (*overwrite)(const struct files *files, const char *path, struct str text);

	/* --- private to the implementations --- */

	const char *name; /* the path it was opened as; NULL: where relative paths start */
	enum files_reach reach;
	/* system: */
	int fd;
	struct last_folder *last;
	struct cleanup cleanup;
	/* tree in memory, and overlay: */
	struct memory *memory;
	const struct files *under;
	const struct overlay *overlay;
};

/* The system's files, from the working directory. */
extern const struct files system_files;

/* Returns an empty tree in memory, seen from its root. It has no links, owners, modes or locks.
 * Texts written to it are copied into `arena`. */
struct files memory_files(struct arena *arena);
/* Adds a file and the folders above it. */
void memory_add(const struct files *files, const char *path, struct str text);

/* A text that stands in for a file, which need not exist. */
struct overlay_text {
	const char *path; /* as passed to `read`, with the folder's name, if any, in front */
	struct str text;
};

struct overlay {
	struct overlay_text *items; /* sorted by path: overlay_sort */
	uint32_t n;
};

void overlay_sort(struct overlay *overlay);
/* NULL if there is none. */
const struct overlay_text *overlay_find(const struct overlay *overlay, const char *path);
/* Puts the texts in front of `under`. Both must outlive the result and folders opened from it. */
struct files overlay_files(const struct overlay *overlay, const struct files *under);

/* --- on top of any of them --- */

/* Describes an error, such as "No such file or directory". */
const char *files_error(int error);
/* Joins folder and name. `folder` is ignored if it is NULL or `name` is absolute. */
const char *files_join(struct arena *arena, const char *folder, struct str name);
/* Compares the contents of a regular file with a text. Does not follow a link at the end of the
 * path. Resets `scratch`. */
int files_compare(const struct files *files, struct arena *scratch, const char *path,
		  struct str text, bool *same);
/* Writes a text to a path that the user gave. A regular file is replaced by renaming, so that it is
 * always complete, old or new. Anything else is written in place, and so is a file whose folder or
 * owner the user may not change. */
int files_write(const struct files *files, struct arena *arena, const char *path, struct str text);
/* True for the name of a staged file: .NAME.gpuplan-XXXXXX */
#define FILES_STAGED ".gpuplan-"
bool files_is_staged(const char *name);

#endif
