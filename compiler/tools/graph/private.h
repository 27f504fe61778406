/* What the files of the drawing share (compiler/tools/graph/graph.h). */
#ifndef GPUPLAN_GRAPH_PRIVATE_H
#define GPUPLAN_GRAPH_PRIVATE_H

#include "compiler/tools/graph/graph.h"

/* A finding, and the place in the specs that it is drawn at: a capture's is the key that names it.
 */
struct graph_mark {
	struct span at;
	const struct finding *finding;
	bool drawn;
};

struct graph_builder {
	struct arena *arena;
	const struct plan *plan;
	struct graph_mark *marks; /* by place */
	uint32_t n_marks;
};

/* --- graph_label.c --- */

void graph_marks_init(struct graph_builder *b, const struct findings *findings);
/* One more line; what cannot be shown is escaped, and a line of more than a few words is cut. */
void graph_label_add(struct arena *arena, struct graph_label *label, enum graph_role role,
		     const char *format, ...) __attribute__((format(printf, 4, 5)));
/* Adds the findings that stand within one of the `outer` and in none of the `n` spans `inner`,
 * which are in the order of their places. Once a label: it names each rule once. */
void graph_label_findings(struct graph_builder *b, struct graph_label *label,
			  const struct span outer[2], const struct span *inner, uint32_t n);
/* What graph_label_findings never met. */
void graph_label_rest(struct graph_builder *b, struct graph_label *label);

/* --- graph_links.c --- */

/* Edges and hubs; the host's GPUs are in order. */
void graph_links(struct graph_builder *b, struct graph_host *host);
/* Numbers the root complexes that the host's capture proves: `of[i]` is GPU i's, or -1. */
void graph_complexes(const struct host *host, int32_t of[MAX_GPUS]);

/* --- graph_nest.c --- */

enum graph_frame_kind { GRAPH_FRAME_VM, GRAPH_FRAME_NODE, GRAPH_FRAME_COMPLEX };

struct graph_frame {
	enum graph_frame_kind kind;
	const struct graph_vm *vm;
	int32_t number; /* of the node or root complex */
};

/* Called in the order of the text; `n` counts frames from 0. */
struct graph_nest_writer {
	void (*open)(void *data, const struct graph_frame *frame, uint32_t depth, uint32_t n);
	void (*gpu)(void *data, const struct graph_gpu *gpu, uint32_t depth);
	void (*close)(void *data, uint32_t depth);
};

/* The host's GPUs in frames that lie within each other or apart: a VM around the nodes that it
 * takes, or within the node or root complex that it takes a part of. */
void graph_nest(const struct graph_host *host, struct arena *arena,
		const struct graph_nest_writer *writer, void *data);

static inline gpu_mask graph_bit(const struct graph_gpu *gpu)
{
	return UINT64_C(1) << gpu->gpu->index;
}

/* True if the VM is drawn in no GPU and frames none. */
static inline bool graph_vm_is_loose(const struct graph_vm *vm)
{
	return vm->gpus == 0;
}

#endif
