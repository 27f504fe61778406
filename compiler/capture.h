/* Captures: saved output of `nvidia-smi topo -m` and `-p2p`, and what it says of a host's GPUs.
 *
 *     capture_file.c   from a key to the file: it must lie in the spec's repository
 *     capture_text.c   lines and words of a terminal's output
 *     capture_matrix.c a matrix, read whole or not at all
 *     capture_read.c   the one that the key wants
 *     capture_apply.c  the matrix against the host: NVLink edges, NUMA nodes, proven pairs
 *     capture_cliques.c, partition.c
 *                      cliques out of a matrix that is no union of full sets
 *
 * Nothing is guessed: what cannot be read whole is a finding `spec-capture` with the line in the
 * capture, and gives nothing. docs/captures.md tells the user. */
#ifndef GPUPLAN_CAPTURE_H
#define GPUPLAN_CAPTURE_H

#include "compiler/plan.h"

enum {
	CAPTURE_MAX_BYTES = 1 << 20,
	CAPTURE_MAX_NODE = 1023, /* as `numa` of a GPU */
};

enum capture_kind { CAPTURE_TOPO = 1, CAPTURE_READ, CAPTURE_WRITE };

/* In the order of distance. */
enum cell_kind {
	CELL_BAD, /* no cell */
	CELL_SELF,
	CELL_NVLINK,
	CELL_PIX,
	CELL_PXB,
	CELL_PHB,
	CELL_NODE,
	CELL_SYS, /* the last one of `topo -m` */
	CELL_OK,
	CELL_NOT_OK,
};

struct topo_cell {
	struct span at;
	enum cell_kind is;
	uint32_t links; /* of an NV#; else 0 */
};

struct capture {
	struct span header;	 /* the line that names the columns */
	uint32_t n;		 /* GPUs */
	struct topo_cell *cells; /* n x n, row by row */
	bool links_known; /* `topo -m`: a pair without NV# has no NVLink (`topo -mp` shows none) */
	bool told;	  /* -p2p: the command above it says r or w; else that is an assumption */
	int32_t *nodes;	  /* NUMA node of each GPU, -1: not one number, or not shown */
	struct span *nodes_at;
};

/* Why a capture cannot be trusted. */
struct capture_error {
	struct span at, other; /* `other` nowhere: one place only */
	struct str message, other_message;
};

/* NULL with *error set. */
struct capture *capture_read(struct arena *arena, const struct source *source,
			     enum capture_kind kind, struct capture_error *error);

/* What the capture says from `a` to `b`, two GPUs of its host. */
const struct topo_cell *capture_cell(const struct capture *capture, const struct gpu *a,
				     const struct gpu *b);
/* The host's captures prove PCIe P2P between the two, in both directions; where they do not,
 * *why is the cell that says so. The host has captures.p2p_read or captures.p2p_write. */
bool capture_proves(const struct host *host, const struct gpu *a, const struct gpu *b,
		    const struct topo_cell **why);

#endif
