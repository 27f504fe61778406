/* Declarations shared within compiler/output/.
 *
 *     tree.c      helpers for a run
 *     sources.c   names of spec files in the manifest and in a depfile
 *     manifest.c  reads and writes the manifest
 *     changes.c   finds the differences in the folder
 *     publish.c   stages and renames files
 *     output.c    a run on an output folder */
#ifndef GPUPLAN_OUTPUT_PRIVATE_H
#define GPUPLAN_OUTPUT_PRIVATE_H

#include "compiler/output/output.h"

/* A file that a manifest lists. */
struct manifest_entry {
	struct str path, target, host, vm; /* host, vm: empty for none or all */
	struct str sha256;
	uint64_t size;
};

struct manifest {
	struct manifest_entry *files; /* sorted by path, without duplicates */
	uint32_t n, capacity;
};

/* Reads an untrusted manifest. On failure, returns false and sets *error. Accepts only paths that
 * an artifact can have: plain names separated by slashes, which stay within the folder. */
bool manifest_parse(struct arena *arena, struct str text, struct manifest *out, struct str *error);
/* Adds the entries of `more`, which take precedence over those of `manifest`. */
void manifest_merge(struct arena *arena, struct manifest *manifest, const struct manifest *more);
const struct manifest_entry *manifest_find(const struct manifest *manifest, struct str path);
/* Returns the next manifest: the files of the output, and those of `old` whose targets this run
 * does not consider. */
struct str manifest_text(const struct output *output, const struct manifest *old);

/* A spec file in the manifest. */
struct source_entry {
	struct str path;
	char sha256[65];
};
/* Returns the sources sorted by path, without duplicates. Paths are relative to the deepest folder
 * that contains all of them. */
struct source_entry *source_entries(const struct output *output, uint32_t *n);

bool output_considers(const struct output *output, struct str target);

enum change_kind { CHANGE_NONE, CHANGE_WRITE, CHANGE_REMOVE };

struct change {
	enum change_kind kind;
	struct str path; /* NUL-terminated */
	struct str text;
	bool stale;	    /* listed in the last manifest, but not written by this run */
	bool exists;	    /* before this run */
	const char *staged; /* path of the staged file; NULL before staging and after the rename */
};

/* NUL-terminated paths. */
struct path_list {
	struct str *items;
	uint32_t n, capacity;
};

/* A run on an output folder. The manifest is a change too, but separate, since it comes last. */
struct tree {
	struct output *output;
	const char *dir;
	struct str *error;
	struct arena *scratch; /* reset for each file or folder */
	bool exists, locked;
	struct files root;	/* the output folder, if it exists */
	struct manifest old;	/* the last manifest, merged with those of killed runs */
	struct change *changes; /* sorted by path */
	uint32_t n, capacity;
	struct change manifest;
	struct path_list made; /* DIR and folders above it made by this run, outermost first */
	struct path_list below_made; /* folders within DIR, likewise */
	bool renaming;		     /* a file was renamed: no undo */
	struct path_list leftovers;  /* staged files of killed runs, to be removed */
};

/* Set the message of a run and return false: "cannot VERB 'DIR/PATH': WHY", where WHY is an error
 * of `struct files`, or "'DIR/PATH' WHAT". */
bool tree_fail(struct tree *t, const char *verb, struct str path, int error);
bool tree_refuse(struct tree *t, struct str path, const char *what);
/* Reads at most 512 MiB of a regular file in the folder. Returns an error of `struct files`. */
int tree_read(const struct tree *t, struct arena *arena, const char *path, struct str *text);
/* The path without its last name, or "" if it has only one. */
struct str path_folder(struct str path);
/* Returns the path NUL-terminated, or `.` for the output folder itself. */
const char *path_text(struct arena *arena, struct str path);
void path_add(struct arena *arena, struct path_list *list, struct str path);

/* Fills in `old`, `changes`, `manifest` and `leftovers`. */
bool tree_find_changes(struct tree *t);
/* Stages every changed file beside its place. */
bool tree_stage(struct tree *t);
/* Renames staged files and removes stale ones, then renames the manifest. */
bool tree_publish(struct tree *t);
/* After a failure: removes staged files and, if nothing has been renamed yet, the new folders. */
void tree_undo(struct tree *t);

#endif
