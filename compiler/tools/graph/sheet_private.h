/* The drawing as an SVG that needs nothing else: no layout program, no style sheet, no font file.
 *
 *     svg_text.c   elements, and text in lines that fit
 *     svg_place.c  where everything of a host goes
 *     svg_edges.c  edges, switches
 *     svg.c        hosts, GPUs, VMs, the sheet
 *
 * GPUs stand in rows of columns that are the same everywhere, so that a VM's frame is the outline
 * of cells of a grid, and edges between neighbours are short and straight. Text is monospaced: its
 * width is known without a font. Lengths are pixels, whole ones. */
#ifndef GPUPLAN_GRAPH_SHEET_PRIVATE_H
#define GPUPLAN_GRAPH_SHEET_PRIVATE_H

#include "compiler/tools/graph/private.h"

enum {
	BOX_W = 200,	     /* a GPU, or a VM without one */
	RISER = 20,	     /* from its right side to what leaves the row */
	NAME_W = BOX_W - 32, /* a VM's name, clear of that */
	BOX_PAD = 8,	     /* around the text in it */
	PITCH = BOX_W + 64,  /* from column to column */
	VM_PAD = 8,	     /* from a box to its VM's frame */
	NODE_PAD = 22,	     /* from a box to its NUMA node's */
	HOST_PAD = 20,	     /* from the frame of a host to what is in it */
	HUB_H = 24,
	MAX_ROWS = MAX_GPUS,
};

/* --- text --- */

/* The height of the label's lines, broken to `width`. */
int svg_label_height(const struct graph_label *label, int width);
/* Writes them, `y` the top; returns the height. */
int svg_label(struct buffer *out, const struct graph_label *label, int x, int y, int width);
/* One line of small text, its baseline at `y`, on a halo; `anchor` start, middle or end. */
void svg_note(struct buffer *out, int x, int y, const char *anchor, const char *color,
	      struct str text);
/* Width of the widest line of a note. */
int svg_note_width(struct str text);
/* `<g>` and the findings as a tooltip. */
void svg_open(struct buffer *out, const char *class, const struct graph_label *label);
/* The attributes of an outline: errors red and solid, warnings red and dashed, notes red and
 * dotted. */
void svg_stroke(struct buffer *out, enum severity worst, const char *color, int tenths);

/* --- places --- */

struct svg_row {
	uint32_t first, n; /* of the host's GPUs in order */
	/* From above to below. */
	int top, vm_top, box_top, box_bottom, vm_bottom, bottom;
	int arcs; /* room for arcs, above the boxes or, in the last of several rows, below */
	bool arcs_below;
	int lane; /* where the hubs of this row and the next begin; 0: none after it */
};

struct svg_cell {
	const struct graph_gpu *gpu;
	int x, height; /* of the box; its top is the row's */
	uint32_t row, column;
	bool named; /* it carries its VM's label */
};

struct svg_place {
	const struct graph_host *host;
	int x, y, width, height;
	uint32_t columns, n_rows;
	struct svg_row rows[MAX_ROWS];
	struct svg_cell cells[MAX_GPUS]; /* by the host's order */
	uint8_t at[MAX_GPUS];		 /* GPU index -> cell */
	int loose_y;			 /* where VMs without GPUs begin */
};

/* Everything but x and y, which are 0. */
void svg_place_host(struct svg_place *place, const struct graph_host *host);
/* The label of a use in its GPU's box: the whole text once per VM, then only the name. */
struct graph_label svg_use_name(const struct graph_use *use);
/* The height of a use in its GPU's box; of a GPU's box with its contents. */
int svg_use_height(const struct graph_use *use);
int svg_gpu_height(const struct graph_gpu *gpu);
int svg_loose_height(const struct graph_vm *vm);
/* The cell of the same host in that place, or NULL. */
const struct svg_cell *svg_cell_at(const struct svg_place *place, uint32_t row, uint32_t column);
/* The lane of hubs: one for two rows. */
static inline uint32_t svg_lane_of(uint32_t row)
{
	return row / 2;
}
bool svg_hub_in_lane(const struct svg_place *place, const struct graph_hub *hub, uint32_t lane);
/* The number of lanes that the hub is in. */
uint32_t svg_hub_lanes(const struct svg_place *place, const struct graph_hub *hub);

/* --- edges --- */

void svg_edges(struct buffer *out, const struct svg_place *place);

#endif
