/* The drawing of a plan: hosts, their GPUs and what joins them, VMs as frames, findings in red.
 *
 *     label.c  what is written at a thing, and the findings about it
 *     graph.c  hosts, GPUs, VMs
 *     links.c  edges, switches, cliques, root complexes
 *     nest.c   frames in frames, for programs that lay out by themselves
 *     dot.c, mermaid.c, svg*.c
 *              one file per format (sheet_private.h lists the parts of the SVG)
 *
 * Everything that is drawn is worked out once, so that the three formats cannot disagree. All texts
 * are fit to be shown: no control characters, no bad UTF-8. They still need their format's own
 * escapes. docs/graph.md tells the user. */
#ifndef GPUPLAN_GRAPH_H
#define GPUPLAN_GRAPH_H

#include "compiler/base/buffer.h"
#include "compiler/plan/plan.h"

enum graph_role { GRAPH_NAME, GRAPH_FACT, GRAPH_FINDING };

struct graph_line {
	enum graph_role role;
	struct str text;
};

/* What is written at a thing. */
struct graph_label {
	struct graph_line *lines;
	uint32_t n, capacity;
	enum severity worst; /* of the findings about it; 0: none */
	struct str details;  /* these findings, one per line */
};

struct graph_vm {
	const struct vm *vm;
	struct graph_label label;
	enum severity worst; /* its label's, and that of its GPUs' items */
	gpu_mask gpus;	     /* those of its host that it names */
	/* It has its GPUs exclusively and is drawn around them; otherwise it is drawn in each of
	 * them. */
	bool framed;
};

/* A GPU in the hands of a VM. */
struct graph_use {
	const struct graph_vm *vm;
	bool first;		  /* of the VM's */
	struct graph_label label; /* the vGPU's type, and findings */
};

struct graph_gpu {
	const struct gpu *gpu;
	struct graph_label label;
	struct graph_use *uses;
	uint32_t n_uses;
	const struct graph_vm *frame; /* NULL: no framed VM has it */
	int32_t complex;	      /* of the host's root complexes; -1: not known */
	/* The first GPU of the same node and complex: what their order goes by. MAX_GPUS: none. */
	uint32_t node_rank, complex_rank;
};

/* Two GPUs that are joined by NVLink, or by PCIe P2P in a small clique. */
struct graph_link {
	uint32_t from, to; /* indexes into the host's GPUs, from < to */
	bool pcie;
	uint32_t links; /* NVLinks; 0: not said */
	int32_t clique; /* pcie: its id; -1: an id that no clique can have */
	struct graph_label label;
};

/* GPUs that are all joined with each other, drawn by way of one thing between them: an NVSwitch, or
 * a clique of four or more. */
struct graph_hub {
	gpu_mask members; /* bit i: the host's GPU i, as in struct clique */
	bool pcie;
	int32_t clique;
	struct graph_label label;
};

struct graph_host {
	const struct host *host; /* NULL: the plan lacks the host that VMs name */
	struct str name;
	struct graph_label label;
	struct graph_gpu *gpus; /* by NUMA node, root complex, VM */
	uint32_t n_gpus;
	struct graph_vm *vms;
	uint32_t n_vms;
	struct graph_link *links;
	uint32_t n_links, links_capacity;
	struct graph_hub *hubs;
	uint32_t n_hubs, hubs_capacity;
};

struct graph {
	struct arena *arena;
	struct graph_host *hosts; /* by name; then those that the plan lacks */
	uint32_t n_hosts;
	struct graph_label elsewhere; /* findings about nothing that is drawn */
};

/* The findings are finished. `wanted` (NULL: every host) picks hosts by name. */
struct graph *graph_build(struct arena *arena, const struct plan *plan,
			  const struct findings *findings,
			  bool (*wanted)(struct str host, const void *data), const void *data);

void graph_write_dot(const struct graph *graph, struct buffer *out);
void graph_write_mermaid(const struct graph *graph, struct buffer *out);
void graph_write_svg(const struct graph *graph, struct buffer *out);

/* A clique's colours, `#rrggbb`: of its GPUs and of its lines. Negative ids are grey. */
struct graph_colour {
	const char *fill, *line;
};
struct graph_colour graph_clique_colour(int32_t clique);

#define GRAPH_RED    "#c40000" /* findings, and nothing else */
#define GRAPH_NVLINK "#1f3d5c"
#define GRAPH_VM     "#333333"

#endif
