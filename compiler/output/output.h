/* The output tree: all artifacts of a run in one folder, with a manifest that lists them.
 *
 *     output_init(&output, arena, files, version, targets);
 *     output_add(&output, …);                 for every artifact
 *     output_add_source(&output, …);          for every spec file
 *     output_write(&output, dir, …)           or output_check
 *
 * Only files listed in the last manifest are replaced or removed. Other files are left alone; if an
 * artifact needs the place of one, that is an error unless both have the same bytes. Symbolic links
 * below the folder are never followed.
 *
 * All files are first staged beside their places and synced, then renamed, the manifest last. A
 * failure before the first rename leaves the folder unchanged. A killed run leaves every file
 * complete, old or new, and its staged manifest beside the old one. The next run reads both, so it
 * still recognizes its files. Runs lock the folder and wait for each other. */
#ifndef GPUPLAN_OUTPUT_H
#define GPUPLAN_OUTPUT_H

#include "compiler/base/buffer.h"
#include "compiler/base/files.h"

#define OUTPUT_MANIFEST "manifest.json"

enum output_status {
	OUTPUT_OK,
	OUTPUT_DRIFT,  /* output_check: the folder differs from this run's output */
	OUTPUT_FAILED, /* with a message; the folder may be partly written */
};

struct output_file {
	const char *target;
	struct str host, vm; /* that it is for; empty: none, or all of them */
	struct str path;     /* relative to the output folder */
	struct str text;
};

struct output_source {
	struct str name; /* as the user gave it or the walk found it */
	bool is_stdin;	 /* the name is for display only */
	struct str text;
};

struct output {
	struct arena *arena;
	const struct files *place;  /* resolves the output folder and the sources */
	const char *version;	    /* of gpuplan, for the manifest */
	const char *const *targets; /* targets of this run, ending with NULL; NULL: all */
	struct output_file *files;
	uint32_t n_files, files_capacity;
	struct output_source *sources;
	uint32_t n_sources, sources_capacity;
	struct str here; /* private: the working directory, for relative names of sources */
	struct str *inputs;
	uint32_t n_inputs, inputs_capacity;
	uint32_t jobs; /* maximum number of threads; 0 means 1 */
	/* Called for each staged file; may be NULL. */
	void (*progress)(void *context, uint32_t done, uint32_t total);
	void *progress_context;
};

struct output_counts {
	uint32_t written, unchanged, removed; /* artifacts, not counting the manifest */
};

/* Arguments are not copied and must live as long as the output. */
void output_init(struct output *output, struct arena *arena, const struct files *files,
		 const char *version, const char *const *targets);
/* `path` must be unique, and consist of plain names (manifest.c) separated by slashes. */
void output_add(struct output *output, const char *target, struct str host, struct str vm,
		struct str path, struct str text);
void output_add_source(struct output *output, struct str name, bool is_stdin, struct str text);
/* Adds a file that the artifacts depend on besides the spec. Only the depfile lists it. */
void output_add_input(struct output *output, struct str name);

/* Writes the output to `dir`. Returns OUTPUT_OK, or OUTPUT_FAILED with *error set. */
enum output_status output_write(struct output *output, const char *dir,
				struct output_counts *counts, struct str *error);
/* Appends to `diff` the changes that output_write would make in `dir`, and writes nothing. */
enum output_status output_check(struct output *output, const char *dir, struct buffer *diff,
				struct str *error);

/* Returns a depfile for Make and Ninja: the manifest in `dir` depends on the sources and inputs. */
struct str output_depfile(const struct output *output, const char *dir);

#endif
