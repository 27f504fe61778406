/* Between the files of the capture reader. */
#ifndef GPUPLAN_CAPTURE_PRIVATE_H
#define GPUPLAN_CAPTURE_PRIVATE_H

#include "compiler/capture/capture.h"

/* --- capture_text.c --- */

/* A terminal's text with colours, titles and a byte order mark blanked out: as long as before, so
 * that places stay. */
struct str capture_clean(struct arena *arena, struct str text);

/* A line of the cleaned text; false at the end. */
struct capture_lines {
	struct str text;
	size_t next;
};
bool capture_line(struct capture_lines *lines, struct str *line);
/* The next word behind `*at` (an offset in the line), moved behind it; an empty one at the end. */
struct str capture_word(struct str line, size_t *at);
/* The number of `GPU7`; -1: another word. */
int capture_gpu(struct str word);
enum cell_kind capture_cell_kind(struct str word, uint32_t *links);
/* `0-19,40-59`, `0,2,4`, `3`, `N/A`. */
bool capture_is_affinity(struct str word);

/* --- capture_matrix.c --- */

/* A matrix of the file: a terminal's paste may hold several. */
struct capture_matrix {
	struct capture capture;
	bool p2p;	   /* the output of -p2p, not of -m or -mp */
	bool kind_known;   /* one cell at least was read */
	uint32_t nics;	   /* columns of NICs */
	bool cpu;	   /* it has the column `CPU Affinity` */
	bool numa;	   /* `NUMA Affinity` behind that */
	bool id;	   /* `GPU NUMA ID` behind that */
	bool nv, legend;   /* it shows NV#, its legend tells of NV# */
	struct str option; /* of `nvidia-smi topo` above it: -m, -mp, r, w, …; empty: not seen */
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

/* Where a piece of a line stands. */
struct span capture_span(const struct capture_reader *r, struct str s);
/* `GPU0 GPU1 …`, not `GPU0 X …`: the names of columns. */
bool capture_is_header(struct str line);
/* Takes the rows below the header and adds the matrix to the reader's. */
void capture_matrix(struct capture_reader *r, struct str header);
/* A line behind the matrix. A row of a GPU there spoils it: it stands there twice, or the line of
 * names was cut and cells of GPUs read as those of NICs. */
void capture_stray_row(const struct capture_reader *r, struct capture_matrix *m, struct str line);

/* --- capture_read.c --- */

/* All matrices of r->source, the bad ones too. false with *error: none can be told from its text.
 */
bool capture_matrices(struct capture_reader *r, struct capture_error *error);
/* -p2p n (NVLink), a (atomics) and p look like r and w; only the command above tells. It does: */
bool capture_told(const struct capture_matrix *m);
/* The matrix may be the output that a key of that kind wants. */
bool capture_is_wanted(const struct capture_matrix *m, enum capture_kind kind);
/* A pair without NV# has no NVLink. */
bool capture_shows_links(const struct capture_matrix *m);
/* Two outputs that may be of one machine: they nowhere contradict. */
bool capture_same(const struct capture_matrix *a, const struct capture_matrix *b);

#endif
