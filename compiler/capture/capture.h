/* Captures: saved output of `nvidia-smi topo -m` and `-p2p`, and what it says of a host's GPUs.
 *
 *     text.c    lines and words of a terminal's output
 *     matrix.c  a matrix, read whole or not at all
 *     read.c    the one that a key wants
 *     set.c     the captures of one host, out of any number of files
 *
 * Nothing is guessed: what cannot be read whole is a finding `spec-capture` with the line in the
 * capture, and gives nothing. docs/captures.md tells the user. */
#ifndef GPUPLAN_CAPTURE_H
#define GPUPLAN_CAPTURE_H

#include "compiler/source/source.h"
#include "schema/model.h"

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

/* Of one host; each NULL where no file has it. All have as many GPUs. */
struct capture_set {
	const struct capture *topo, *read, *write;
};

/* Takes the captures out of all sources from `first` on. Outputs are told apart by what they show
 * and by the command above them; of two -p2p matrices without a command, the first is taken for r
 * and one that differs for w. false with *error: a file that holds none, one that cannot be
 * trusted, or two that contradict. */
bool capture_set_read(struct arena *arena, const struct sources *sources, uint32_t first,
		      struct capture_set *set, struct capture_error *error);
/* GPUs of the set, 0 where it is empty. */
uint32_t capture_set_gpus(const struct capture_set *set);
/* OK to read, and to write where that is known, and not by NVLink. The set has `read`. */
bool capture_set_proves(const struct capture_set *set, uint32_t a, uint32_t b);

#endif
