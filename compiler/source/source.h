/* Sources: the bytes of every file of a run, on one number line.
 *
 * A span names a place on that line (compiler/base/str.h). Each source starts right behind the one
 * before, so a span's file is found by bisection and nothing has to carry a file name along. */
#ifndef GPUPLAN_SOURCE_H
#define GPUPLAN_SOURCE_H

#include <pthread.h>

#include "compiler/base/arena.h"
#include "compiler/base/files.h"

enum {
	SOURCE_MAX_BYTES = 64 << 20, /* a file */
	SOURCE_BLOCK = 512,	     /* bytes from one count of characters to the next */
};

struct source {
	struct str name; /* as the user gave or the walk found it */
	struct str text; /* at most SOURCE_MAX_BYTES */
	uint32_t base;	 /* position of its first byte on the number line */
	bool cut;	 /* the file is longer than the limit */
	bool named;	 /* on the command line, not found by walking */
	bool is_stdin;
	bool foreign; /* found by walking, and no spec of ours: gone once all are loaded */
	/* A capture: the value of the key that names it, in another source. Nowhere: a spec. */
	struct span key;
	/* A spec's, found when it is parsed (compiler/source/comments.h). */
	struct comment *comments;
	uint32_t n_comments, comments_capacity;
	/* Made on first use: offsets of line starts, and the numbers of characters and of wide
	 * characters before each SOURCE_BLOCK of bytes. */
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
	pthread_mutex_t indexing; /* held while the lines of a source are found */
};

struct position {
	const struct source *source;
	uint32_t line, column; /* from 1; columns in Unicode code points */
	/* Before it on the line: characters above U+FFFF, which are two units of UTF-16; bytes. */
	uint32_t wide, bytes;
};

void sources_init(struct sources *sources, struct arena *arena, const struct files *files);

/* Reads a file (`-`: standard input, shown as `stdin_name`) up to the limit. False with *error set
 * if it cannot be read, or if all sources together exceed 4 GiB. */
bool source_read(struct sources *sources, const char *path, const char *stdin_name, size_t limit,
		 struct source **out, struct str *error);
/* The same with a text that was read: longer than the limit, it is cut. */
bool source_take(struct sources *sources, struct str name, struct str text, size_t limit,
		 struct source **out, struct str *error);
/* Puts a source that was read into sources of its own behind the last one, which is where its place
 * on the number line is decided. NULL with *error set: all sources together pass 4 GiB. */
struct source *source_adopt(struct sources *sources, const struct source *source,
			    struct str *error);
/* A source out of memory: for tests and examples. */
struct source *source_add(struct sources *sources, struct str name, struct str text);

const struct source *source_of(const struct sources *sources, struct span span);
/* Where the span starts, or ends (one past its last character). */
struct position span_start(const struct sources *sources, struct span span);
struct position span_stop(const struct sources *sources, struct span span);
/* The bytes that it covers. */
struct str span_text(const struct sources *sources, struct span span);
/* A whole line without its line end; for a line of a `struct position`. */
struct str source_line(const struct source *source, uint32_t line);

#endif
