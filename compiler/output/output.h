/* The output tree: every artifact of a run under one folder, with a manifest that lists them.
 *
 *     output_init(&output, arena, files, version, targets);
 *     output_add(&output, …);                 for every artifact
 *     output_add_source(&output, …);          for every spec file
 *     output_write(&output, dir, …)           or output_check
 *
 * The last manifest tells which files are gpuplan's. Only they are replaced or removed; anything
 * else under the folder is left alone, and an error where an artifact would stand in its place
 * (unless it has the same bytes). Symbolic links under the folder are never followed.
 *
 * Everything is written beside its place and synced first, then renamed, the manifest last. A
 * failure before the first rename leaves the folder as it was. A run that is killed leaves every
 * file wholly old or wholly new, and the written manifest beside the old one: the next run reads
 * both, and so knows its own files again. One run at a time works in a folder; others wait. */
#ifndef GPUPLAN_OUTPUT_H
#define GPUPLAN_OUTPUT_H

#include "compiler/base/buffer.h"
#include "compiler/base/files.h"

#define OUTPUT_MANIFEST "manifest.json"

enum output_status {
	OUTPUT_OK,
	OUTPUT_DRIFT,  /* output_check: the folder is not as this run would write it */
	OUTPUT_FAILED, /* with a message; the state of the folder is unknown */
};

struct output_file {
	const char *target;
	struct str host, vm; /* that it was written for; empty: none, or all of them */
	struct str path;     /* under the output folder */
	struct str text;
};

struct output_source {
	struct str name; /* as the user gave it, or the walk found it */
	bool is_stdin;	 /* the name is only shown, no path */
	struct str text;
};

struct output {
	struct arena *arena;
	const struct files *place;  /* where the folder lies, and where sources are named from */
	const char *version;	    /* of gpuplan, for the manifest */
	const char *const *targets; /* that this run considers, ends with NULL; NULL: all */
	struct output_file *files;
	uint32_t n_files, files_capacity;
	struct output_source *sources;
	uint32_t n_sources, sources_capacity;
	struct str here; /* private: the working directory, which sources are named from */
	struct str *inputs;
	uint32_t n_inputs, inputs_capacity;
	uint32_t jobs; /* threads at most; 0 is one */
	/* Called for each file that is written; may be NULL. */
	void (*progress)(void *context, uint32_t done, uint32_t total);
	void *progress_context;
};

struct output_counts {
	uint32_t written, unchanged, removed; /* artifacts, without the manifest */
};

/* Nothing is copied: what is handed in must live as long as the output. */
void output_init(struct output *output, struct arena *arena, const struct files *files,
		 const char *version, const char *const *targets);
/* `path`: plain names with slashes between them, as manifest.c takes them back; each path once. */
void output_add(struct output *output, const char *target, struct str host, struct str vm,
		struct str path, struct str text);
void output_add_source(struct output *output, struct str name, bool is_stdin, struct str text);
/* Adds a file that the artifacts depend on besides the spec. Only the depfile lists it. */
void output_add_input(struct output *output, struct str name);

/* Makes `dir` what it should be: OUTPUT_OK, or OUTPUT_FAILED with *error set. */
enum output_status output_write(struct output *output, const char *dir,
				struct output_counts *counts, struct str *error);
/* Writes nothing; appends to `diff` how `dir` differs from what output_write would make of it. */
enum output_status output_check(struct output *output, const char *dir, struct buffer *diff,
				struct str *error);

/* What Make and Ninja read: `dir`'s manifest depends on the sources and inputs. */
struct str output_depfile(const struct output *output, const char *dir);

#endif
