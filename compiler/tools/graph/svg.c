/* The drawing as an SVG (compiler/tools/graph/sheet_private.h): hosts with their frames, and the
 * sheet. */
#include "compiler/tools/graph/sheet_private.h"

enum { SHEET_PAD = 16, HOST_GAP = 24, LEGEND_H = 30 };

static void put_box(struct buffer *out, const char *class, int x, int y, int width, int height,
		    const char *fill)
{
	buffer_printf(out,
		      "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"4\" "
		      "fill=\"%s\"",
		      class, x, y, width, height, fill);
}

/* --- NUMA nodes and root complexes: grounds, below everything --- */

/* From cell `i` on, how many are on the same node, or of the same complex of a row. */
static uint32_t ground_from(const struct svg_place *p, uint32_t i, bool of_complex)
{
	const struct svg_cell *first = &p->cells[i];
	uint32_t n = 1;

	for (; i + n < p->host->n_gpus; n++) {
		const struct svg_cell *cell = &p->cells[i + n];

		if (cell->gpu->gpu->node != first->gpu->gpu->node ||
		    (of_complex &&
		     (cell->row != first->row || cell->gpu->complex != first->gpu->complex)))
			break;
	}
	return n;
}

static void put_nodes(struct buffer *out, const struct svg_place *p)
{
	for (uint32_t i = 0, n; i < p->host->n_gpus; i += n) {
		const struct svg_cell *first = &p->cells[i], *last;
		int x = p->x + first->x - NODE_PAD, top = p->y + p->rows[first->row].top, right = 0;

		n = ground_from(p, i, false);
		last = &p->cells[i + n - 1];
		if (first->gpu->gpu->node < 0)
			continue;
		for (uint32_t k = i; k < i + n; k++)
			right = p->cells[k].x > right ? p->cells[k].x : right;
		put_box(out, "node", x, top, p->x + right + BOX_W + NODE_PAD - x,
			p->y + p->rows[last->row].bottom - top, "#f3f3f3");
		buffer_puts(out, " stroke=\"#c8c8c8\"/>\n");
	}
}

static void put_node_names(struct buffer *out, const struct svg_place *p)
{
	for (uint32_t i = 0; i < p->host->n_gpus; i += ground_from(p, i, false)) {
		const struct svg_cell *cell = &p->cells[i];

		if (cell->gpu->gpu->node >= 0)
			buffer_printf(out,
				      "<text class=\"f\" x=\"%d\" y=\"%d\">NUMA node %d</text>\n",
				      p->x + cell->x - NODE_PAD + 8,
				      p->y + p->rows[cell->row].top + 16, cell->gpu->gpu->node);
	}
}

static void put_complexes(struct buffer *out, const struct svg_place *p)
{
	for (uint32_t i = 0, n; i < p->host->n_gpus; i += n) {
		const struct svg_cell *first = &p->cells[i];
		const struct svg_row *row = &p->rows[first->row];
		int bottom = p->y + row->box_bottom + 18;

		n = ground_from(p, i, true);
		if (first->gpu->complex < 0)
			continue;
		put_box(out, "complex", p->x + first->x - 5, p->y + row->box_top - 5,
			p->cells[i + n - 1].x + BOX_W + 10 - first->x,
			bottom - p->y - row->box_top + 5, "#dde3ea");
		buffer_puts(out, "/>\n");
		svg_note(out, p->x + first->x, bottom - 5, "start", "#4a5560", STR("root complex"));
	}
}

/* --- VMs --- */

static bool same_frame(const struct svg_place *p, const struct svg_cell *cell, int down, int right)
{
	const struct svg_cell *other;

	if ((down < 0 && cell->row == 0) || (right < 0 && cell->column == 0))
		return false;
	other = svg_cell_at(p, cell->row + (uint32_t)down, cell->column + (uint32_t)right);
	return other && other->gpu->frame == cell->gpu->frame;
}

static void put_segment(struct buffer *out, int x1, int y1, int x2, int y2)
{
	buffer_printf(out, "M%d %dL%d %d", x1, y1, x2, y2);
}

/* The outline of a VM is that of its cells; where a neighbour is of the same VM, the side is left
 * out and the others reach to the middle of the gap. `dx`, `dy`: the side or corner. */
static void put_corner(struct buffer *out, const struct svg_place *p, const struct svg_cell *cell,
		       int dx, int dy)
{
	const struct svg_row *row = &p->rows[cell->row];
	int x = p->x + (dx < 0 ? cell->x - VM_PAD : cell->x + BOX_W + VM_PAD);
	int y = p->y + (dy < 0 ? row->vm_top : row->vm_bottom);
	int far_x = x + dx * ((PITCH - BOX_W) / 2 - VM_PAD), far_y = y;
	int middle = p->x + cell->x + BOX_W / 2, level = p->y + (row->vm_top + row->vm_bottom) / 2;
	bool side = same_frame(p, cell, 0, dx), end = same_frame(p, cell, dy, 0);

	if (end && dy < 0)
		far_y = p->y + (p->rows[cell->row - 1].vm_bottom + row->vm_top) / 2;
	if (end && dy > 0)
		far_y = p->y + (row->vm_bottom + p->rows[cell->row + 1].vm_top) / 2;
	if (!end)
		put_segment(out, middle, y, side ? far_x : x, y);
	if (!side)
		put_segment(out, x, level, x, far_y);
	if (side && end && !same_frame(p, cell, dy, dx)) {
		put_segment(out, x, far_y, x, y);
		put_segment(out, x, y, far_x, y);
	}
}

static void put_frame(struct buffer *out, const struct svg_place *p, const struct graph_vm *vm)
{
	svg_open(out, "vm", &vm->label);
	/* Corners meet; but square ends would close the gaps of a dashed line. */
	buffer_printf(out, "<path fill=\"none\" stroke-linecap=\"%s\" d=\"",
		      vm->worst == SEVERITY_NOTE || vm->worst == SEVERITY_WARNING ? "butt"
										  : "square");
	for (uint32_t i = 0; i < p->host->n_gpus; i++)
		for (int corner = 0; corner < 4 && p->cells[i].gpu->frame == vm; corner++)
			put_corner(out, p, &p->cells[i], corner & 1 ? 1 : -1, corner & 2 ? 1 : -1);
	buffer_puts(out, "\"");
	svg_stroke(out, vm->worst, GRAPH_VM, 18);
	buffer_puts(out, "/>\n</g>\n");
}

/* Over everything: edges may pass below them. */
static void put_frame_names(struct buffer *out, const struct svg_place *p)
{
	for (uint32_t i = 0; i < p->host->n_gpus; i++)
		if (p->cells[i].named)
			svg_label(out, &p->cells[i].gpu->frame->label, p->x + p->cells[i].x,
				  p->y + p->rows[p->cells[i].row].vm_top + 3, NAME_W);
}

static void put_loose(struct buffer *out, const struct svg_place *p)
{
	int y = p->y + p->loose_y, tallest = 0;
	uint32_t column = 0;

	for (uint32_t i = 0; i < p->host->n_vms; i++) {
		const struct graph_vm *vm = &p->host->vms[i];
		int x, height = svg_loose_height(vm);

		if (!graph_vm_is_loose(vm))
			continue;
		if (column == p->columns) {
			column = 0;
			y += tallest + 16;
			tallest = 0;
		}
		x = p->x + HOST_PAD + NODE_PAD + (int)column++ * PITCH;
		tallest = height > tallest ? height : tallest;
		svg_open(out, "vm", &vm->label);
		put_box(out, "loose", x, y, BOX_W, height, "#ffffff");
		svg_stroke(out, vm->worst, GRAPH_VM, 18);
		buffer_puts(out, "/>\n");
		svg_label(out, &vm->label, x + BOX_PAD, y + BOX_PAD, BOX_W - 2 * BOX_PAD);
		buffer_puts(out, "</g>\n");
	}
}

/* --- GPUs --- */

/* A VM that shares GPUs, in one of them. */
static void put_use(struct buffer *out, const struct graph_use *use, int x, int y)
{
	struct graph_label name = svg_use_name(use);
	int height = svg_use_height(use);

	svg_open(out, "use", use->first ? &name : &use->label);
	put_box(out, "share", x + BOX_PAD, y, BOX_W - 2 * BOX_PAD, height, "#ffffff");
	svg_stroke(out, use->vm->worst, GRAPH_VM, 12);
	buffer_puts(out, "/>\n");
	y += 3;
	y += svg_label(out, &name, x + 2 * BOX_PAD, y, BOX_W - 4 * BOX_PAD);
	svg_label(out, &use->label, x + 2 * BOX_PAD, y, BOX_W - 4 * BOX_PAD);
	buffer_puts(out, "</g>\n");
}

static void put_gpu(struct buffer *out, const struct svg_place *p, const struct svg_cell *cell)
{
	const struct graph_gpu *gpu = cell->gpu;
	struct graph_colour colour = graph_clique_colour(gpu->gpu->clique);
	int x = p->x + cell->x, y = p->y + p->rows[cell->row].box_top;
	enum severity worst = gpu->label.worst;

	for (uint32_t i = 0; i < gpu->n_uses; i++)
		if (gpu->uses[i].vm->framed && gpu->uses[i].label.worst > worst)
			worst = gpu->uses[i].label.worst;
	svg_open(out, "gpu", &gpu->label);
	put_box(out, "box", x, y, BOX_W, cell->height, colour.fill);
	svg_stroke(out, worst, colour.line, 15);
	buffer_puts(out, "/>\n");
	y += BOX_PAD;
	y += svg_label(out, &gpu->label, x + BOX_PAD, y, BOX_W - 2 * BOX_PAD);
	for (uint32_t i = 0; i < gpu->n_uses; i++) {
		if (gpu->uses[i].vm->framed) {
			y += svg_label(out, &gpu->uses[i].label, x + BOX_PAD, y,
				       BOX_W - 2 * BOX_PAD);
		} else {
			put_use(out, &gpu->uses[i], x, y + 5);
			y += svg_use_height(&gpu->uses[i]) + 5;
		}
	}
	buffer_puts(out, "</g>\n");
}

/* --- hosts and the sheet --- */

static void put_host(struct buffer *out, const struct graph_host *host, int x, int y)
{
	struct svg_place p;

	svg_place_host(&p, host);
	p.x = x;
	p.y = y;
	svg_open(out, "host", &host->label);
	put_box(out, "frame", x, y, p.width, p.height, "#ffffff");
	svg_stroke(out, host->label.worst, "#888888", 12);
	buffer_puts(out, "/>\n");
	svg_label(out, &host->label, x + HOST_PAD, y + HOST_PAD / 2, p.width - 2 * HOST_PAD);
	put_nodes(out, &p);
	put_complexes(out, &p);
	for (uint32_t i = 0; i < host->n_vms; i++)
		if (host->vms[i].framed)
			put_frame(out, &p, &host->vms[i]);
	svg_edges(out, &p);
	for (uint32_t i = 0; i < host->n_gpus; i++)
		put_gpu(out, &p, &p.cells[i]);
	put_node_names(out, &p);
	put_frame_names(out, &p);
	put_loose(out, &p);
	buffer_puts(out, "</g>\n");
}

struct spot {
	int x, y, width, height;
};

/* A sheet about as wide as high, of hosts in rows. */
struct sheet {
	struct spot *spots; /* of hosts */
	int width, height;
};

static int64_t square_root(int64_t n)
{
	int64_t low = 0, high = INT32_MAX;

	while (low < high) {
		int64_t middle = (low + high + 1) / 2;

		if (middle * middle <= n)
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}

static struct sheet lay_out(const struct graph *graph, int top)
{
	struct sheet sheet = {arena_array(graph->arena, graph->n_hosts, sizeof *sheet.spots), 0, 0};
	struct svg_place p;
	int64_t area = 0;
	int widest = 0, x = SHEET_PAD, y = top, tallest = 0;

	for (uint32_t i = 0; i < graph->n_hosts; i++) {
		svg_place_host(&p, &graph->hosts[i]);
		sheet.spots[i] = (struct spot){0, 0, p.width, p.height};
		area += (int64_t)(p.width + HOST_GAP) * (p.height + HOST_GAP);
		widest = p.width > widest ? p.width : widest;
	}
	area = square_root(area * 3 / 2);
	widest = area > widest ? (int)area : widest;
	for (uint32_t i = 0; i < graph->n_hosts; i++) {
		struct spot *spot = &sheet.spots[i];

		if (x > SHEET_PAD && x + spot->width > SHEET_PAD + widest) {
			x = SHEET_PAD;
			y += tallest + HOST_GAP;
			tallest = 0;
		}
		spot->x = x;
		spot->y = y;
		x += spot->width + HOST_GAP;
		tallest = spot->height > tallest ? spot->height : tallest;
		sheet.width = x > sheet.width ? x : sheet.width;
	}
	sheet.width += SHEET_PAD - HOST_GAP;
	sheet.height = y + tallest;
	return sheet;
}

/* --- the legend: only of what is drawn --- */

struct legend {
	bool nvlink, pcie, vm, finding;
};

static struct legend legend_of(const struct graph *graph)
{
	struct legend l = {.finding = graph->elsewhere.n > 0};

	for (uint32_t i = 0; i < graph->n_hosts; i++) {
		const struct graph_host *host = &graph->hosts[i];

		l.vm |= host->n_vms > 0;
		l.finding |= host->label.worst != 0;
		for (uint32_t k = 0; k < host->n_links; k++)
			*(host->links[k].pcie ? &l.pcie : &l.nvlink) = true;
		for (uint32_t k = 0; k < host->n_hubs; k++)
			*(host->hubs[k].pcie ? &l.pcie : &l.nvlink) = true;
		for (uint32_t k = 0; k < host->n_gpus; k++)
			l.finding |= host->gpus[k].label.worst != 0;
		for (uint32_t k = 0; k < host->n_vms; k++)
			l.finding |= host->vms[k].worst != 0;
	}
	return l;
}

static int put_key(struct buffer *out, int x, int y, const char *color, const char *dashes,
		   struct str text)
{
	buffer_printf(out, "<path d=\"M%d %dh28\" stroke=\"%s\" stroke-width=\"3\"%s/>\n", x, y,
		      color, dashes);
	svg_note(out, x + 36, y + 4, "start", "#000000", text);
	return x + 36 + svg_note_width(text) + 24;
}

static int put_legend(struct buffer *out, const struct graph *graph, int x, int y)
{
	struct legend l = legend_of(graph);

	if (l.nvlink)
		x = put_key(out, x, y, GRAPH_NVLINK, "", STR("NVLink"));
	if (l.pcie)
		x = put_key(out, x, y, graph_clique_colour(0).line, " stroke-dasharray=\"6 4\"",
			    STR("PCIe P2P, a colour a clique"));
	if (l.vm)
		x = put_key(out, x, y, GRAPH_VM, "", STR("frame: a VM"));
	if (l.finding) {
		x = put_key(out, x, y, GRAPH_RED, "", STR("error"));
		x = put_key(out, x, y, GRAPH_RED, " stroke-dasharray=\"8 4\"", STR("warning"));
		x = put_key(out, x, y, GRAPH_RED, " stroke-dasharray=\"2 3\"", STR("note"));
	}
	return x;
}

static void put_head(struct buffer *out, int width, int height)
{
	buffer_printf(out,
		      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
		      "viewBox=\"0 0 %d %d\" font-family=\"'DejaVu Sans Mono',Menlo,Consolas,"
		      "monospace\">\n"
		      "<style>.n{font-size:13px;font-weight:bold}.f{font-size:11px}"
		      ".e{font-size:10px;fill:" GRAPH_RED "}.s{font-size:10px}"
		      ".n,.f,.e,.s{paint-order:stroke;stroke:#fff;stroke-width:2px;"
		      "stroke-opacity:.7}</style>\n"
		      "<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>\n",
		      width, height, width, height, width, height);
}

void graph_write_svg(const struct graph *graph, struct buffer *out)
{
	enum { NOTES_W = 480 };
	int notes = svg_label_height(&graph->elsewhere, NOTES_W), width;
	struct sheet sheet = lay_out(graph, SHEET_PAD + (notes ? notes + 16 : 0));
	struct buffer legend;

	buffer_init(&legend, graph->arena);
	width = put_legend(&legend, graph, SHEET_PAD, sheet.height + LEGEND_H / 2 + 6);
	if (notes && width < 2 * SHEET_PAD + NOTES_W)
		width = 2 * SHEET_PAD + NOTES_W;
	put_head(out, sheet.width > width ? sheet.width : width, sheet.height + LEGEND_H);
	svg_open(out, "elsewhere", &graph->elsewhere);
	svg_label(out, &graph->elsewhere, SHEET_PAD, SHEET_PAD, NOTES_W);
	buffer_puts(out, "</g>\n");
	for (uint32_t i = 0; i < graph->n_hosts; i++)
		put_host(out, &graph->hosts[i], sheet.spots[i].x, sheet.spots[i].y);
	buffer_add(out, buffer_text(&legend));
	buffer_puts(out, "</svg>\n");
}
