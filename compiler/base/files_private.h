/* What the implementations of `struct files` share. */
#ifndef GPUPLAN_FILES_PRIVATE_H
#define GPUPLAN_FILES_PRIVATE_H

#include "compiler/base/files.h"

/* Adds an entry with a copy of the name. E2BIG if the list has `most` entries already. */
int file_list_add(struct arena *arena, struct file_list *list, uint32_t most, struct str name,
		  enum file_kind kind);

enum { STAGED_RANDOM = 6 }; /* characters at the end of a staged file's name */

/* Returns .NAME.gpuplan-000000 beside `path`. The caller may replace the zeros. */
char *files_staged_name(struct arena *arena, const char *path);

/* --- the system's: files_system_path.c --- */

struct stat;

/* Opens a path as openat does. Returns -1 and sets errno on failure. */
int system_open(const struct files *files, const char *path, int flags);
int system_stat(const struct files *files, const char *path, bool follow, struct stat *st);
/* Returns a descriptor of the folder that the path starts in or, with REACH_NAMES, of the one that
 * holds its last part, and sets *name to the rest of the path. It stays open until the next call.
 * Returns -1 and sets errno on failure. */
int system_parent(const struct files *files, const char *path, const char **name);
/* Closes the folder that system_parent keeps open, because its path may name another one now. */
void system_forget(const struct files *files);
/* Allocates the cache for system_parent, which folders opened with REACH_NAMES need. */
struct last_folder *system_last_folder(struct arena *arena);

/* --- files_system_read.c --- */

int system_read(const struct files *files, struct arena *arena, const char *path, unsigned how,
		size_t limit, struct str *text);
int system_look(const struct files *files, const char *path, bool follow, struct file_facts *facts);
int system_list(const struct files *files, struct arena *arena, const char *path, uint32_t most,
		struct file_list *list);
int system_read_link(const struct files *files, struct arena *arena, const char *path,
		     struct str *target);
int system_real_path(const struct files *files, struct arena *arena, const char *path,
		     const char **real);

/* --- files_system_write.c --- */

int system_stage(const struct files *files, struct arena *arena, const char *path, struct str text,
		 unsigned mode, const char **staged);
int system_rename(const struct files *files, const char *from, const char *to);
int system_remove(const struct files *files, const char *path, enum file_kind kind);
int system_make_folder(const struct files *files, const char *path);
int system_sync(const struct files *files, const char *path);
int system_may_write(const struct files *files, const char *path);
int system_overwrite(const struct files *files, const char *path, struct str text);

#endif
