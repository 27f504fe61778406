/* The only door to files: whoever reads, walks or writes one is handed a `struct files`.
 *
 * It is a folder and the functions that reach files from there. Three implementations:
 *
 *     files_system.c   the operating system's: files_system_path.c, _read.c, _write.c
 *     files_memory.c   a tree in memory: for tests, and where there is no disk
 *     files_overlay.c  texts in front of other files: what an editor holds, what a fix would write
 *
 * A relative path starts at the folder, an absolute one where the implementation has its root. Each
 * function returns 0 or why it failed: an errno value or one of `enum files_failure`; files_error
 * has the words for both. Results are set only on success and live in the arena that was handed in.
 * The functions that read may be called from several threads at once. */
#ifndef GPUPLAN_FILES_H
#define GPUPLAN_FILES_H

#include "compiler/base/arena.h"

enum files_failure {
	FILES_NOT_REGULAR = -1, /* a folder, a pipe, a device, a link that is not followed */
	FILES_NOT_HELD = -2,	/* this kernel cannot keep links inside a folder */
	FILES_OUTSIDE = -3,	/* compiler/base/inside.h */
};

enum file_kind { FILE_REGULAR, FILE_FOLDER, FILE_LINK, FILE_OTHER };

struct file_facts {
	enum file_kind kind;
	uint64_t device, number; /* the same two: the same file by another name */
	unsigned mode;		 /* permission bits */
	uint64_t names;		 /* hard links */
};

struct file_list {
	struct file_entry {
		const char *name;
		enum file_kind kind;
	} * items; /* in no order, without `.` and `..` */
	uint32_t n, capacity;
};

/* What a path may lead to. */
enum files_reach {
	REACH_ALL,     /* whatever its `..` and links say */
	REACH_IN_ROOT, /* the folder is the root of every path and link: nothing lies outside */
	REACH_NAMES,   /* what lies below the folder by names alone: no link is followed, no `..` */
};

/* How to read. */
enum {
	READ_ANY = 0,	   /* pipes and devices too; `-` is standard input */
	READ_REGULAR = 1,  /* nothing else is even opened: a pipe waits, a device may act */
	READ_NOFOLLOW = 2, /* the last part of the path is no link */
};

struct files {
	/* Reads up to `limit` bytes, and one more: text->n > limit says that there are more. */
	int (*read)(const struct files *files, struct arena *arena, const char *path, unsigned how,
		    size_t limit, struct str *text);
	/* `follow`: of what a link leads to. */
	int (*look)(const struct files *files, const char *path, bool follow,
		    struct file_facts *facts);
	/* What is in a folder; E2BIG: more than `most`. */
	int (*list)(const struct files *files, struct arena *arena, const char *path, uint32_t most,
		    struct file_list *list);
	/* What a symbolic link says. */
	int (*read_link)(const struct files *files, struct arena *arena, const char *path,
			 struct str *target);
	/* Absolute, without symbolic links; only with REACH_ALL. */
	int (*real_path)(const struct files *files, struct arena *arena, const char *path,
			 const char **real);
	/* The same files, seen from another folder. Until `close`, *folder must stay where it is.
	 */
	int (*open)(const struct files *files, struct arena *arena, const char *path,
		    enum files_reach reach, struct files *folder);
	void (*close)(struct files *folder);
	/* Waits until no other process holds the folder, or holds it alone. Ends with `close`. */
	int (*lock)(const struct files *folder, bool alone);

	/* --- writing: from one thread --- */

	/* Writes and syncs a new file beside `path` and tells its path, which `rename` takes; where
	 * that fails, nothing is left. `mode`: its permission bits, less the umask; 0: it has
	 * owner, mode and attributes of the file at `path`, before anybody else may read it. */
	int (*stage)(const struct files *files, struct arena *arena, const char *path,
		     struct str text, unsigned mode, const char **staged);
	int (*rename)(const struct files *files, const char *from, const char *to);
	/* A file, or an empty folder. */
	int (*remove)(const struct files *files, const char *path, enum file_kind kind);
	int (*make_folder)(const struct files *files, const char *path);
	/* What was renamed, made and removed in a folder outlives a loss of power. */
	int (*sync)(const struct files *files, const char *path);
	/* 0: a file may be written; of a folder, `FOLDER/.`: something may be put there. */
	int (*may_write)(const struct files *files, const char *path);
	/* Writes where the path leads to, a device or a pipe, or a new or emptied file. */
	int (*overwrite)(const struct files *files, const char *path, struct str text);

	/* Private to the implementations. */
	const char *name; /* that the folder was opened by; NULL: the working directory */
	int fd;
	enum files_reach reach;
	struct last_folder *last;
	struct cleanup cleanup;
	const struct files *under;
	const struct overlay *overlay;
	struct memory *memory;
};

/* The system's files, from the working directory. */
extern const struct files system_files;

/* An empty tree in memory, seen from its root. It has no links, owners, modes or locks. What is
 * written there is copied, and lives as long as `arena`. */
struct files memory_files(struct arena *arena);
/* A file with the folders that lead to it. */
void memory_add(const struct files *files, const char *path, struct str text);

/* Texts that stand in for files, those that are not on the disk yet included. */
struct overlay {
	struct overlay_text {
		const char *path; /* as `read` will be asked for it, from the folder's name on */
		struct str text;
	} * items; /* in the order of their paths: overlay_sort */
	uint32_t n;
};

void overlay_sort(struct overlay *overlay);
/* NULL: none stands in for it. */
const struct overlay_text *overlay_find(const struct overlay *overlay, const char *path);
/* Both arguments must outlive the result, and what is opened from it. */
struct files overlay_files(const struct overlay *overlay, const struct files *under);

/* --- on top of any of them --- */

/* "No such file or directory" */
const char *files_error(int error);
/* `name`, seen from `folder` (NULL: as it is). */
const char *files_join(struct arena *arena, const char *folder, struct str name);
/* A regular file, its last part no link, holds that text. `scratch` is reset. */
int files_compare(const struct files *files, struct arena *scratch, const char *path,
		  struct str text, bool *same);
/* Writes a text where the user wants it: a regular file, wherever that is possible, is put in place
 * when it is whole; everything else is overwritten. */
int files_write(const struct files *files, struct arena *arena, const char *path, struct str text);
/* The name is one that `stage` gives. */
#define FILES_STAGED ".gpuplan-"
bool files_is_staged(const char *name);

#endif
