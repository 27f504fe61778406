/* Sources: the bytes of all files of a run, laid out on one number line.
 *
 * A span is a range on that line (compiler/base/str.h). Each source starts right behind the
 * previous one, so the file of a span is found by bisection and need not be stored with it. */
#ifndef GPUPLAN_SOURCE_H
#define GPUPLAN_SOURCE_H

#include <pthread.h>

#include "compiler/base/arena.h"
#include "compiler/base/files.h"

enum {
	SOURCE_MAX_BYTES = 64 << 20, /* limit per file */
	SOURCE_BLOCK = 512,	     /* bytes per entry of `characters` and `wide` */
};

struct source {
	struct str name; /* as the user gave it or the walk found it */
	struct str text; /* at most SOURCE_MAX_BYTES */
	uint32_t base;	 /* position of its first byte on the number line */
	bool cut;	 /* the file is longer than the limit */
	bool named;	 /* on the command line, not found by walking */
	bool is_stdin;
	bool foreign; /* found by walking and not a gpuplan spec: dropped after loading */
	/* For a capture, the value in a spec that names it. Empty for a spec. */
	struct span key;
	/* Comments of a spec, found when it is parsed (compiler/source/comments.h). */
	struct comment *comments;
	uint32_t n_comments, comments_capacity;
	/* Made on first use: the offsets of line starts, and the numbers of characters and of wide
	 * characters before each SOURCE_BLOCK bytes. */
	uint32_t *lines;
	uint32_t n_lines;
	uint32_t *characters, *wide;
};

struct sources {
	struct arena *arena;
	const struct files *files;
	struct source *items;
	uint32_t n, capacity;
	uint32_t next_base;
	pthread_mutex_t indexing; /* held while a source is indexed */
};

struct position {
	const struct source *source;
	uint32_t line, column; /* from 1; columns count code points */
	/* On the line before the place: characters above U+FFFF (two units each in UTF-16), and
	 * bytes. */
	uint32_t wide, bytes;
};

void sources_init(struct sources *sources, struct arena *arena, const struct files *files);

/* Reads a file up to the limit; `-` is standard input, shown as `stdin_name`. Returns false and
 * sets *error if it cannot be read, or if all sources together exceed 4 GiB. */
bool source_read(struct sources *sources, const char *path, const char *stdin_name, size_t limit,
		 struct source **out, struct str *error);
/* Adds a text that was already read, cut to the limit. */
bool source_take(struct sources *sources, struct str name, struct str text, size_t limit,
		 struct source **out, struct str *error);
/* Appends a source that was read into other `sources`, and assigns its place on the number line.
 * Returns NULL and sets *error if all sources together exceed 4 GiB. */
struct source *source_adopt(struct sources *sources, const struct source *source,
			    struct str *error);
/* Adds a text from memory, for tests and examples. */
struct source *source_add(struct sources *sources, struct str name, struct str text);

const struct source *source_of(const struct sources *sources, struct span span);
/* The start of a span, and its end (one past the last character). */
struct position span_start(const struct sources *sources, struct span span);
struct position span_stop(const struct sources *sources, struct span span);
/* The bytes of a span. */
struct str span_text(const struct sources *sources, struct span span);
/* A whole line without its line end. `line` must come from a `struct position` of that source. */
struct str source_line(const struct source *source, uint32_t line);

#endif
