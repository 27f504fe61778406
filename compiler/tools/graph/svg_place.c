/* Where everything of a drawn host goes. */
#include "compiler/tools/graph/sheet_private.h"

enum {
	NODE_LABEL = 18, /* a line */
	COMPLEX_LABEL = 16,
	LANE_GAP = 34, /* between rows, and around hubs */
	USE_GAP = 5,
};

/* --- heights --- */

struct graph_label svg_use_name(const struct graph_use *use)
{
	struct graph_label name = use->vm->label;

	name.n = use->first ? name.n : 1;
	return name;
}

int svg_use_height(const struct graph_use *use)
{
	struct graph_label name = svg_use_name(use);

	return svg_label_height(&name, BOX_W - 4 * BOX_PAD) +
	       svg_label_height(&use->label, BOX_W - 4 * BOX_PAD) + 8;
}

int svg_gpu_height(const struct graph_gpu *gpu)
{
	int height = svg_label_height(&gpu->label, BOX_W - 2 * BOX_PAD) + 2 * BOX_PAD;

	for (uint32_t i = 0; i < gpu->n_uses; i++)
		height += gpu->uses[i].vm->framed
				  ? svg_label_height(&gpu->uses[i].label, BOX_W - 2 * BOX_PAD)
				  : svg_use_height(&gpu->uses[i]) + USE_GAP;
	return height;
}

int svg_loose_height(const struct graph_vm *vm)
{
	return svg_label_height(&vm->label, BOX_W - 2 * BOX_PAD) + 2 * BOX_PAD;
}

/* --- the grid --- */

const struct svg_cell *svg_cell_at(const struct svg_place *place, uint32_t row, uint32_t column)
{
	for (uint32_t i = 0; row < place->n_rows && i < place->rows[row].n; i++)
		if (place->cells[place->rows[row].first + i].column == column)
			return &place->cells[place->rows[row].first + i];
	return NULL;
}

/* GPUs from `i` on that are on the same NUMA node. */
static uint32_t run_from(const struct graph_host *host, uint32_t i)
{
	uint32_t n = 1;

	while (i + n < host->n_gpus && host->gpus[i + n].gpu->node == host->gpus[i].gpu->node)
		n++;
	return n;
}

/* A NUMA node stays in one row where it can. */
static void fill_grid(struct svg_place *place)
{
	const struct graph_host *host = place->host;
	uint32_t row = 0, column = 0, run = 0;

	for (uint32_t i = 0; i < host->n_gpus; i++, run--) {
		bool starts = run == 0;

		if (starts)
			run = run_from(host, i);
		if (column == place->columns ||
		    (starts && column + run > place->columns && column > 0)) {
			row++;
			column = 0;
		}
		if (column == 0)
			place->rows[row].first = i;
		place->rows[row].n++;
		place->at[host->gpus[i].gpu->index] = (uint8_t)i;
		place->cells[i] = (struct svg_cell){
			.gpu = &host->gpus[i],
			.x = HOST_PAD + NODE_PAD + (int)column * PITCH,
			.height = svg_gpu_height(&host->gpus[i]),
			.row = row,
			.column = column,
		};
		column++;
	}
	place->n_rows = host->n_gpus ? row + 1 : 0;
}

/* The first cell of each piece of a VM's frame bears its name. */
static void name_pieces(struct svg_place *place)
{
	gpu_mask seen = 0; /* of cells */

	for (uint32_t i = 0; i < place->host->n_gpus; i++) {
		gpu_mask front = UINT64_C(1) << i;

		if (seen & front || !place->cells[i].gpu->frame)
			continue;
		place->cells[i].named = true;
		while (front) {
			const struct svg_cell *at = &place->cells[__builtin_ctzll(front)];

			seen |= front & -front;
			front &= front - 1;
			for (uint32_t k = i + 1; k < place->host->n_gpus; k++) {
				const struct svg_cell *to = &place->cells[k];
				bool beside = to->row == at->row && (to->column + 1 == at->column ||
								     at->column + 1 == to->column);
				bool below = to->column == at->column &&
					     (to->row + 1 == at->row || at->row + 1 == to->row);

				if (!(seen & UINT64_C(1) << k) && (beside || below) &&
				    to->gpu->frame == at->gpu->frame)
					front |= UINT64_C(1) << k;
			}
		}
	}
}

/* --- rows --- */

static int max(int a, int b)
{
	return a > b ? a : b;
}

/* The longest edge within the row, in columns. */
static uint32_t longest_edge(const struct svg_place *place, uint32_t row)
{
	uint32_t longest = 0;

	for (uint32_t i = 0; i < place->host->n_links; i++) {
		const struct svg_cell *a = &place->cells[place->at[place->host->links[i].from]];
		const struct svg_cell *b = &place->cells[place->at[place->host->links[i].to]];
		uint32_t length = a->column > b->column ? a->column - b->column
							: b->column - a->column;

		if (a->row == row && b->row == row && length > longest)
			longest = length;
	}
	return longest;
}

bool svg_hub_in_lane(const struct svg_place *place, const struct graph_hub *hub, uint32_t lane)
{
	for (uint32_t i = 0; i < place->host->n_gpus; i++)
		if (svg_lane_of(place->cells[i].row) == lane &&
		    hub->members & graph_bit(place->cells[i].gpu))
			return true;
	return false;
}

uint32_t svg_hub_lanes(const struct svg_place *place, const struct graph_hub *hub)
{
	uint32_t n = 0;

	for (uint32_t lane = 0; lane <= svg_lane_of(place->n_rows); lane++)
		n += svg_hub_in_lane(place, hub, lane);
	return n;
}

static int lane_height(const struct svg_place *place, uint32_t row)
{
	int height = LANE_GAP;

	/* Hubs are placed below the first row of each two, or below a single last row. */
	for (uint32_t i = 0; i < place->host->n_hubs && row % 2 == 0; i++)
		if (svg_hub_in_lane(place, &place->host->hubs[i], svg_lane_of(row)))
			height += HUB_H + LANE_GAP / 2;
	return height;
}

static void place_row(struct svg_place *place, uint32_t r, int y)
{
	struct svg_row *row = &place->rows[r];
	int box = 0, vm = 0, node = 0, complex = 0;
	uint32_t longest = longest_edge(place, r);

	for (uint32_t i = 0; i < row->n; i++) {
		const struct svg_cell *cell = &place->cells[row->first + i];

		box = max(box, cell->height);
		if (cell->named)
			vm = max(vm, svg_label_height(&cell->gpu->frame->label, NAME_W) + 4);
		node = cell->gpu->gpu->node >= 0 ? NODE_LABEL : node;
		complex = cell->gpu->complex >= 0 ? COMPLEX_LABEL : complex;
	}
	row->arcs = longest > 1 ? 22 * (int)longest + 16 : 0;
	row->arcs_below = r > 0 && r + 1 == place->n_rows;
	row->top = y;
	row->vm_top = row->top + node + 8;
	row->box_top = row->vm_top + vm + VM_PAD + (row->arcs_below ? 0 : row->arcs);
	row->box_bottom = row->box_top + box;
	row->vm_bottom = row->box_bottom + complex + VM_PAD + (row->arcs_below ? row->arcs : 0);
	row->bottom = row->vm_bottom + 8;
	row->lane = row->bottom + LANE_GAP / 2;
}

static int place_rows(struct svg_place *place, int y)
{
	for (uint32_t r = 0; r < place->n_rows; r++) {
		int lane = lane_height(place, r);

		place_row(place, r, y);
		y = place->rows[r].bottom;
		if (r + 1 < place->n_rows || lane > LANE_GAP)
			y += lane;
	}
	return y;
}

static int place_loose(struct svg_place *place, int y)
{
	uint32_t column = 0;
	int tallest = 0;

	place->loose_y = y;
	for (uint32_t i = 0; i < place->host->n_vms; i++) {
		if (!graph_vm_is_loose(&place->host->vms[i]))
			continue;
		if (column == place->columns) {
			column = 0;
			y += tallest + 16;
			tallest = 0;
		}
		column++;
		tallest = max(tallest, svg_loose_height(&place->host->vms[i]));
	}
	return tallest ? y + tallest + 16 : y;
}

/* The parts of a hub in several lanes are joined by trunks at the left. */
static int trunks_width(const struct svg_place *place)
{
	int width = 0;

	for (uint32_t i = 0; i < place->host->n_hubs; i++)
		width += svg_hub_lanes(place, &place->host->hubs[i]) > 1 ? 16 : 0;
	return width;
}

void svg_place_host(struct svg_place *place, const struct graph_host *host)
{
	uint32_t loose = 0, widest = 1;
	int trunks;

	*place = (struct svg_place){.host = host, .columns = host->n_gpus > 8 ? 8 : 4};
	fill_grid(place);
	name_pieces(place);
	for (uint32_t i = 0; i < host->n_vms; i++)
		loose += graph_vm_is_loose(&host->vms[i]);
	if (host->n_gpus == 0 && loose > 16)
		place->columns = 8;
	for (uint32_t r = 0; r < place->n_rows; r++)
		widest = place->rows[r].n > widest ? place->rows[r].n : widest;
	loose = loose > place->columns ? place->columns : loose;
	widest = loose > widest ? loose : widest;
	trunks = trunks_width(place);
	for (uint32_t i = 0; i < host->n_gpus; i++)
		place->cells[i].x += trunks;
	place->width = 2 * (HOST_PAD + NODE_PAD) + trunks + ((int)widest - 1) * PITCH + BOX_W;
	place->height = HOST_PAD + svg_label_height(&host->label, place->width - 2 * HOST_PAD) + 10;
	place->height = place_loose(place, place_rows(place, place->height) + 16);
}
