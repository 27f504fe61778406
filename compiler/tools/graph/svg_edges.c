/* Edges between the GPUs of a drawn host, and hubs of many edges. */
#include "compiler/tools/graph/sheet_private.h"

#define HUB_FILL "#dfe8f0"

static const char *line_colour(bool pcie, int32_t clique)
{
	return pcie ? graph_clique_colour(clique).line : GRAPH_NVLINK;
}

static int center(const struct svg_cell *cell)
{
	return cell->x + BOX_W / 2;
}

/* Where what leaves the row ends: right of the names that stand above a box. */
static int riser(const struct svg_cell *cell)
{
	return cell->x + BOX_W - RISER;
}

/* NVLink and PCIe P2P between the same two lie side by side. */
static int beside(bool pcie)
{
	return pcie ? 9 : -9;
}

static int box_bottom(const struct svg_place *place, const struct svg_cell *cell)
{
	return place->rows[cell->row].box_top + cell->height;
}

/* --- edges --- */

/* A cubic curve from (x[0], y[0]) to (x[3], y[3]). */
struct curve {
	int x[4], y[4];
};

/* Neighbours in a row. */
static struct curve straight(const struct svg_place *place, const struct svg_cell *a,
			     const struct svg_cell *b, bool pcie)
{
	int y = place->rows[a->row].box_top + 30 + beside(pcie);
	int from = a->x + BOX_W, to = b->x;

	return (struct curve){{from, from, to, to}, {y, y, y, y}};
}

/* In a row, over the heads of those between; in the last row, below them. Longer arcs are higher
 * and start further out, so that those of one GPU do not cross. */
static struct curve arc(const struct svg_place *place, const struct svg_cell *a,
			const struct svg_cell *b, bool pcie)
{
	const struct svg_row *row = &place->rows[a->row];
	int length = (int)(b->column - a->column), height = 28 * length - 8 + (pcie ? 14 : 0);
	int top = row->arcs_below ? row->box_bottom + height : row->box_top - height;
	int out = BOX_W / 2 - 12 * length - (pcie ? 8 : 0);
	int from = center(a) + out, to = center(b) - out;

	return (struct curve){{from, from + 10, to - 10, to},
			      {row->arcs_below ? box_bottom(place, a) : row->box_top, top, top,
			       row->arcs_below ? box_bottom(place, b) : row->box_top}};
}

/* Between rows that follow each other. */
static struct curve upright(const struct svg_place *place, const struct svg_cell *a,
			    const struct svg_cell *b, bool pcie)
{
	int from = riser(a) + beside(pcie), to = riser(b) + beside(pcie);
	int top = box_bottom(place, a), bottom = place->rows[b->row].box_top;
	int bend = (bottom - top) / 2;

	return (struct curve){{from, from, to, to}, {top, top + bend, bottom - bend, bottom}};
}

/* Past the rows between, through the gap beside the column. */
static struct curve aside(const struct svg_place *place, const struct svg_cell *a,
			  const struct svg_cell *b, bool pcie)
{
	int from = a->x + BOX_W, to = b->column > a->column ? b->x : b->x + BOX_W;
	int bend = PITCH - BOX_W - 16, top = place->rows[a->row].box_top + 30,
	    bottom = place->rows[b->row].box_top + 30;

	return (struct curve){
		{from, from + bend, b->column > a->column ? to - bend : to + bend, to},
		{top + beside(pcie), top, bottom, bottom + beside(pcie)}};
}

static struct curve curve_of(const struct svg_place *place, const struct graph_link *link)
{
	const struct svg_cell *a = &place->cells[place->at[link->from]];
	const struct svg_cell *b = &place->cells[place->at[link->to]];

	if (b < a) {
		const struct svg_cell *swap = a;

		a = b;
		b = swap;
	}
	if (a->row == b->row)
		return b->column == a->column + 1 ? straight(place, a, b, link->pcie)
						  : arc(place, a, b, link->pcie);
	return b->row == a->row + 1 ? upright(place, a, b, link->pcie)
				    : aside(place, a, b, link->pcie);
}

/* NV1 thin, NV4 and more thick; in tenths. */
static int width_of(const struct graph_link *link)
{
	static const int widths[] = {20, 13, 28, 36, 44};

	return link->pcie ? 18 : widths[link->links < 4 ? link->links : 4];
}

/* In the middle of the curve: above one along a row, right of one between rows. */
static void put_link_note(struct buffer *out, const struct svg_place *place, const struct curve *c,
			  const struct graph_link *link, const char *color)
{
	int x = place->x + (c->x[0] + 3 * c->x[1] + 3 * c->x[2] + c->x[3]) / 8;
	int y = place->y + (c->y[0] + 3 * c->y[1] + 3 * c->y[2] + c->y[3]) / 8;
	bool within = place->cells[place->at[link->from]].row ==
		      place->cells[place->at[link->to]].row;

	if (link->label.n == 0 || link->label.lines[0].role != GRAPH_FACT)
		return;
	svg_note(out, within ? x : x + 5, within ? y - 4 : y + 4, within ? "middle" : "start",
		 color, link->label.lines[0].text);
}

static void put_link(struct buffer *out, const struct svg_place *place,
		     const struct graph_link *link)
{
	struct curve c = curve_of(place, link);
	const char *color = link->label.worst ? GRAPH_RED : line_colour(link->pcie, link->clique);
	int width = width_of(link);

	svg_open(out, link->pcie ? "p2p" : "nvlink", &link->label);
	buffer_printf(out,
		      "<path d=\"M%d %dC%d %d %d %d %d %d\" fill=\"none\" stroke=\"%s\" "
		      "stroke-width=\"%d.%d\"%s/>\n",
		      place->x + c.x[0], place->y + c.y[0], place->x + c.x[1], place->y + c.y[1],
		      place->x + c.x[2], place->y + c.y[2], place->x + c.x[3], place->y + c.y[3],
		      color, width / 10, width % 10, link->pcie ? " stroke-dasharray=\"6 4\"" : "");
	put_link_note(out, place, &c, link, color);
	buffer_puts(out, "</g>\n");
}

/* --- hubs --- */

/* In a lane: 0 has members in the upper row only, 2 in the lower only, 1 in both. */
static int leaning(const struct svg_place *place, const struct graph_hub *hub, uint32_t lane)
{
	bool upper = false, lower = false;

	for (uint32_t i = 0; i < place->host->n_gpus; i++) {
		const struct svg_cell *cell = &place->cells[i];

		if (svg_lane_of(cell->row) != lane || !(hub->members & graph_bit(cell->gpu)))
			continue;
		upper |= cell->row % 2 == 0;
		lower |= cell->row % 2 == 1;
	}
	return upper && lower ? 1 : lower ? 2 : 0;
}

/* Hubs of the upper row lie above those of the lower, so that few spokes cross. */
static int hub_y(const struct svg_place *place, uint32_t hub, uint32_t lane)
{
	int mine = leaning(place, &place->host->hubs[hub], lane), before = 0;

	for (uint32_t i = 0; i < place->host->n_hubs; i++) {
		int other = leaning(place, &place->host->hubs[i], lane);

		if (svg_hub_in_lane(place, &place->host->hubs[i], lane))
			before += other < mine || (other == mine && i < hub);
	}
	return place->rows[(size_t)2 * lane].lane + before * (HUB_H + 17);
}

/* A GPU that NVLink and a clique join has its spokes side by side. */
static int spoke_x(const struct svg_place *place, const struct svg_cell *cell, bool pcie)
{
	bool both = false;

	for (uint32_t i = 0; i < place->host->n_hubs; i++)
		both |= place->host->hubs[i].pcie != pcie;
	return riser(cell) + (both ? beside(pcie) : 0);
}

static void put_line(struct buffer *out, int x1, int y1, int x2, int y2, const char *color,
		     bool pcie)
{
	buffer_printf(out, "<path d=\"M%d %dL%d %d\" stroke=\"%s\" stroke-width=\"2\"%s/>\n", x1,
		      y1, x2, y2, color, pcie ? " stroke-dasharray=\"6 4\"" : "");
}

static void put_spoke(struct buffer *out, const struct svg_place *place,
		      const struct graph_hub *hub, const struct svg_cell *cell, int y)
{
	const char *color = line_colour(hub->pcie, hub->clique);
	int x = place->x + spoke_x(place, cell, hub->pcie);

	if (cell->row % 2 == 0)
		put_line(out, x, place->y + box_bottom(place, cell), x, place->y + y, color,
			 hub->pcie);
	else
		put_line(out, x, place->y + y + HUB_H, x, place->y + place->rows[cell->row].box_top,
			 color, hub->pcie);
}

/* "PCIe P2P, clique 0; error: clique-mixed-models": as many of the lines as the bar is wide for. */
static struct str bar_text(struct buffer *out, const struct graph_label *label, int width)
{
	struct str text = label->lines[0].text;

	for (uint32_t i = 1; i < label->n; i++) {
		struct str longer = arena_printf(out->arena, "%.*s; %.*s", STR_ARG(text),
						 STR_ARG(label->lines[i].text));

		if (svg_note_width(longer) + 2 * BOX_PAD > width)
			break;
		text = longer;
	}
	return text;
}

/* The hub's bar in one lane; `trunk` is where it goes on to the others, 0 nowhere. */
static void put_bar(struct buffer *out, const struct svg_place *place, uint32_t h, uint32_t lane,
		    int trunk)
{
	const struct graph_hub *hub = &place->host->hubs[h];
	const char *color = line_colour(hub->pcie, hub->clique);
	int left = place->width, right = 0, y = hub_y(place, h, lane);

	for (uint32_t i = 0; i < place->host->n_gpus; i++) {
		const struct svg_cell *cell = &place->cells[i];

		if (svg_lane_of(cell->row) != lane || !(hub->members & graph_bit(cell->gpu)))
			continue;
		left = cell->x < left ? cell->x : left;
		right = cell->x + BOX_W > right ? cell->x + BOX_W : right;
		put_spoke(out, place, hub, cell, y);
	}
	if (trunk)
		put_line(out, place->x + trunk, place->y + y + HUB_H / 2, place->x + left,
			 place->y + y + HUB_H / 2, color, hub->pcie);
	buffer_printf(out,
		      "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"5\" fill=\"%s\"",
		      place->x + left, place->y + y, right - left, HUB_H,
		      hub->pcie ? graph_clique_colour(hub->clique).fill : HUB_FILL);
	svg_stroke(out, hub->label.worst, color, 20);
	buffer_puts(out, "/>\n");
	svg_note(out, place->x + (left + right) / 2, place->y + y + 16, "middle",
		 hub->label.worst ? GRAPH_RED : "#000000",
		 bar_text(out, &hub->label, right - left));
}

static void put_hub(struct buffer *out, const struct svg_place *place, uint32_t h, int trunk)
{
	const struct graph_hub *hub = &place->host->hubs[h];
	int first = 0, last = 0;

	svg_open(out, "hub", &hub->label);
	for (uint32_t lane = 0; 2 * lane < place->n_rows; lane++) {
		if (!svg_hub_in_lane(place, hub, lane))
			continue;
		last = hub_y(place, h, lane) + HUB_H / 2;
		first = first ? first : last;
		put_bar(out, place, h, lane, trunk);
	}
	if (trunk)
		put_line(out, place->x + trunk, place->y + first, place->x + trunk, place->y + last,
			 line_colour(hub->pcie, hub->clique), hub->pcie);
	buffer_puts(out, "</g>\n");
}

void svg_edges(struct buffer *out, const struct svg_place *place)
{
	int trunk = HOST_PAD;

	for (uint32_t i = 0; i < place->host->n_links; i++)
		put_link(out, place, &place->host->links[i]);
	for (uint32_t i = 0; i < place->host->n_hubs; i++) {
		bool several = svg_hub_lanes(place, &place->host->hubs[i]) > 1;

		put_hub(out, place, i, several ? trunk : 0);
		trunk += several ? 16 : 0;
	}
}
