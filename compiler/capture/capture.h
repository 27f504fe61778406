/* Captures: saved output of `nvidia-smi topo -m` and `-p2p`, read as matrices of GPUs.
 *
 *     text.c    lines and words of terminal output
 *     matrix.c  one matrix, read completely or not at all
 *     read.c    the matrix that a key wants
 *     set.c     the captures of one host from any number of files
 *
 * Nothing is guessed: a capture that cannot be read completely gives an error with its line, and no
 * matrix. docs/captures.md is the user's side. */
#ifndef GPUPLAN_CAPTURE_H
#define GPUPLAN_CAPTURE_H

#include "compiler/source/source.h"
#include "schema/model.h"

enum {
	CAPTURE_MAX_BYTES = 1 << 20,
	CAPTURE_MAX_NODE = 1023, /* the limit of a GPU's `numa` */
};

enum capture_kind { CAPTURE_TOPO = 1, CAPTURE_READ, CAPTURE_WRITE };

/* Ordered by distance. */
enum cell_kind {
	CELL_BAD, /* not a cell */
	CELL_SELF,
	CELL_NVLINK,
	CELL_PIX,
	CELL_PXB,
	CELL_PHB,
	CELL_NODE,
	CELL_SYS, /* the last kind of `topo -m` */
	CELL_OK,
	CELL_NOT_OK,
};

struct topo_cell {
	struct span at;
	enum cell_kind is;
	uint32_t links; /* the number of an NV#, else 0 */
};

struct capture {
	struct span header;	 /* the line with the column names */
	uint32_t n;		 /* GPUs */
	struct topo_cell *cells; /* n x n, row by row */
	bool links_known; /* `topo -m`: a pair without NV# has no NVLink (`topo -mp` shows none) */
	bool told;	/* -p2p: the command line above says r or w; otherwise r or w is assumed */
	int32_t *nodes; /* NUMA node of each GPU; -1 if not shown or no single number */
	struct span *nodes_at;
};

/* Why a capture cannot be trusted. */
struct capture_error {
	struct span at, other; /* `other` may be nowhere */
	struct str message, other_message;
};

/* Returns NULL and sets *error if the capture cannot be trusted. */
struct capture *capture_read(struct arena *arena, const struct source *source,
			     enum capture_kind kind, struct capture_error *error);

/* The captures of one host, with the same number of GPUs. NULL if no file has that one. */
struct capture_set {
	const struct capture *topo, *read, *write;
};

/* Collects the captures of all sources from `first` on. Matrices are told apart by their contents
 * and by the command line above them; of two -p2p matrices without one, the first counts as r, and
 * a different second one as w. False with *error set if a file has none, if one cannot be trusted,
 * or if two contradict each other. */
bool capture_set_read(struct arena *arena, const struct sources *sources, uint32_t first,
		      struct capture_set *set, struct capture_error *error);
/* The number of GPUs; 0 for an empty set. */
uint32_t capture_set_gpus(const struct capture_set *set);
/* True if P2P over PCIe is OK for reading, and for writing where that is known. NVLink pairs do not
 * count. Needs `read`. */
bool capture_set_proves(const struct capture_set *set, uint32_t a, uint32_t b);

#endif
