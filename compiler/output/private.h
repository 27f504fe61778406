/* What the files of the output tree share. Private to compiler/output/.
 *
 *     tree.c      what all of them ask of a run
 *     sources.c   names of spec files: in the manifest, in a depfile
 *     manifest.c  the manifest, read and written
 *     changes.c   what differs in the folder
 *     publish.c   making it so
 *     output.c    a run on one folder */
#ifndef GPUPLAN_OUTPUT_PRIVATE_H
#define GPUPLAN_OUTPUT_PRIVATE_H

#include "compiler/output/output.h"

/* One file that a manifest lists. */
struct manifest_entry {
	struct str path, target, host, vm; /* host, vm: empty where it is of none, or of all */
	struct str sha256;
	uint64_t size;
};

struct manifest {
	struct manifest_entry *files; /* sorted by path, each once */
	uint32_t n, capacity;
};

/* Reads a manifest that may have been written by anyone. Only paths that an artifact can have get
 * through: plain names with slashes between them, which lead nowhere but down. false with *error
 * set. */
bool manifest_parse(struct arena *arena, struct str text, struct manifest *out, struct str *error);
/* Adds the entries of `more`, which take precedence over those of `manifest`. */
void manifest_merge(struct arena *arena, struct manifest *manifest, const struct manifest *more);
const struct manifest_entry *manifest_find(const struct manifest *manifest, struct str path);
/* The files of the output, and those of `old` whose targets this run does not consider. */
struct str manifest_text(const struct output *output, const struct manifest *old);

/* A spec file in the manifest. */
struct source_entry {
	struct str path;
	char sha256[65];
};
/* Sorted by path, each once; paths relative to the deepest folder that holds them all. */
struct source_entry *source_entries(const struct output *output, uint32_t *n);

bool output_considers(const struct output *output, struct str target);

enum change_kind { CHANGE_NONE, CHANGE_WRITE, CHANGE_REMOVE };

struct change {
	enum change_kind kind;
	struct str path; /* terminated */
	struct str text;
	bool stale;	    /* the last manifest lists it, and this run does not write it */
	bool exists;	    /* the file exists now */
	const char *staged; /* written beside its place as this; NULL: not, or renamed already */
};

/* Terminated. */
struct path_list {
	struct str *items;
	uint32_t n, capacity;
};

/* A run on one folder. The manifest is a change like the others, kept apart since it comes last. */
struct tree {
	struct output *output;
	const char *dir;
	struct str *error;
	struct arena *scratch; /* for one file, or one folder */
	bool exists, locked;
	struct files root;	/* where it exists */
	struct manifest old;	/* the last manifest, and those that killed runs left */
	struct change *changes; /* sorted by path */
	uint32_t n, capacity;
	struct change manifest;
	struct path_list made; /* DIR and folders above it, by this run, each before those in it */
	struct path_list below_made; /* in DIR, the same */
	bool renaming;		     /* no way back */
	struct path_list leftovers;  /* of killed runs: to remove */
};

/* Messages of a run, both false: "cannot VERB 'DIR/PATH': WHY" with an error of `struct files`, and
 * "'DIR/PATH' WHAT". */
bool tree_fail(struct tree *t, const char *verb, struct str path, int error);
bool tree_refuse(struct tree *t, struct str path, const char *what);
/* A regular file below the folder, at most 512 MiB of it: the error of `struct files`. */
int tree_read(const struct tree *t, struct arena *arena, const char *path, struct str *text);
/* The path without its last name, "" where it has one name. */
struct str path_folder(struct str path);
/* Terminated; the output folder is `.`. */
const char *path_text(struct arena *arena, struct str path);
void path_add(struct arena *arena, struct path_list *list, struct str path);

/* Fills in `old`, `changes`, `manifest` and `leftovers`. */
bool tree_find_changes(struct tree *t);
/* Writes every changed file beside its place. */
bool tree_stage(struct tree *t);
/* Renames them, removes what is stale, the manifest last. */
bool tree_publish(struct tree *t);
/* After a failure: takes away what was staged, as far as nothing has been renamed. */
void tree_undo(struct tree *t);

#endif
