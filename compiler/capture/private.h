/* Between the files of the capture reader. */
#ifndef GPUPLAN_CAPTURE_PRIVATE_H
#define GPUPLAN_CAPTURE_PRIVATE_H

#include "compiler/capture/capture.h"

/* --- text.c --- */

/* Replaces colours, titles and a byte order mark by blanks, so that all offsets stay the same. */
struct str capture_clean(struct arena *arena, struct str text);

/* A line of the cleaned text; false at the end. */
struct capture_lines {
	struct str text;
	size_t next;
};
bool capture_line(struct capture_lines *lines, struct str *line);
/* Returns the next word from offset `*at` on and moves `*at` behind it; empty at the end of the
 * line. */
struct str capture_word(struct str line, size_t *at);
/* 7 for `GPU7`; -1 for any other word. */
int capture_gpu(struct str word);
enum cell_kind capture_cell_kind(struct str word, uint32_t *links);
/* `0-19,40-59`, `0,2,4`, `3`, `N/A`. */
bool capture_is_affinity(struct str word);

/* --- matrix.c --- */

/* One matrix of a file, which may have several. */
struct capture_matrix {
	struct capture capture;
	bool p2p;	   /* the output of -p2p, not of -m or -mp */
	bool kind_known;   /* at least one cell was read */
	uint32_t nics;	   /* columns of NICs */
	bool cpu;	   /* it has the column `CPU Affinity` */
	bool numa;	   /* followed by `NUMA Affinity` */
	bool id;	   /* followed by `GPU NUMA ID` */
	bool nv, legend;   /* a cell has NV#; the legend explains NV# */
	struct str option; /* option of `nvidia-smi topo` above it: -m, -mp, r, w, …; empty if there
			      is none */
	bool bad;
	struct capture_error error;
};

struct capture_reader {
	struct arena *arena;
	const struct source *source;
	struct capture_lines lines;
	struct str option;
	struct capture_matrix *items;
	uint32_t n, capacity;
};

/* The place of a piece of a line. */
struct span capture_span(const struct capture_reader *r, struct str s);
/* True for column names: `GPU0 GPU1 …`, not `GPU0 X …`. */
bool capture_is_header(struct str line);
/* Reads the rows below the header and adds the matrix to the reader. */
void capture_matrix(struct capture_reader *r, struct str header);
/* Checks a line behind the matrix. A row of a GPU there makes the matrix bad: the row is repeated,
 * or the header was cut and cells of GPUs were read as those of NICs. */
void capture_stray_row(const struct capture_reader *r, struct capture_matrix *m, struct str line);

/* --- read.c --- */

/* Reads all matrices of r->source, bad ones included. False with *error set if there are too many,
 * or if the text is UTF-16. */
bool capture_matrices(struct capture_reader *r, struct capture_error *error);
/* True if the command line above the matrix is known. Only it tells -p2p r and w from n (NVLink), a
 * (atomics) and p, which look the same. */
bool capture_told(const struct capture_matrix *m);
/* True if the matrix may be what a key of that kind wants. */
bool capture_is_wanted(const struct capture_matrix *m, enum capture_kind kind);
/* True if a pair without NV# has no NVLink. */
bool capture_shows_links(const struct capture_matrix *m);
/* True if the two may come from one machine: they do not contradict each other. */
bool capture_same(const struct capture_matrix *a, const struct capture_matrix *b);

#endif
