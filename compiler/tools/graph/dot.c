/* The drawing for Graphviz: `gpuplan graph --format dot | dot -Tsvg`. Frames are clusters; labels
 * are HTML-like, which is the only kind that takes a red line among black ones. */
#include "compiler/tools/graph/private.h"

struct dot {
	struct buffer *out;
	const struct graph_host *host;
	uint32_t number; /* of the host */
	/* GPUs in the order of the text, so in rows of `columns`. */
	uint32_t order[MAX_GPUS], n, columns;
};

/* For an HTML-like label. */
static void put_html(struct buffer *out, struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (strchr("&<>\"", s.p[i]))
			buffer_printf(out, "&#%u;", (unsigned char)s.p[i]);
		else
			buffer_add(out, (struct str){s.p + i, 1});
}

/* For a tooltip, in quotes. dot reads escapes and entities in it, and some releases read the
 * escapes twice: no number of backslashes is one in all of them, so another character stands for
 * it. */
static void put_quoted(struct buffer *out, struct str s)
{
	buffer_puts(out, "\"");
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '\n')
			buffer_puts(out, "\\n");
		else if (s.p[i] == '\\')
			buffer_puts(out, "\u29f5");
		else if (s.p[i] == '"' || s.p[i] == '&')
			buffer_printf(out, "&#%u;", (unsigned char)s.p[i]);
		else
			buffer_add(out, (struct str){s.p + i, 1});
	buffer_puts(out, "\"");
}

static void indent(struct buffer *out, uint32_t depth)
{
	for (uint32_t i = 0; i < depth; i++)
		buffer_puts(out, "  ");
}

/* Each line ends with a break that puts it to the left. */
static void put_lines(struct buffer *out, const struct graph_label *label, bool *any)
{
	static const char *const open[] = {"<B>", "", "<FONT COLOR=\"" GRAPH_RED "\">"};
	static const char *const close[] = {"</B>", "", "</FONT>"};

	for (uint32_t i = 0; i < label->n; i++) {
		const struct graph_line *line = &label->lines[i];

		if (line->text.n == 0)
			continue;
		buffer_puts(out, open[line->role]);
		put_html(out, line->text);
		buffer_printf(out, "%s<BR ALIGN=\"LEFT\"/>", close[line->role]);
		*any = true;
	}
}

/* `label=<…>, tooltip="…"`, of the thing and of the uses that are told with it. */
static void put_label(struct buffer *out, const struct graph_label *label,
		      const struct graph_use *uses, uint32_t n_uses)
{
	bool any = false;

	buffer_puts(out, "label=<");
	put_lines(out, label, &any);
	for (uint32_t i = 0; i < n_uses; i++)
		if (uses[i].vm->framed)
			put_lines(out, &uses[i].label, &any);
	buffer_puts(out, any ? ">" : " >");
	/* Also where there is none: a cluster would inherit it. */
	buffer_puts(out, "; tooltip=");
	put_quoted(out, label->details);
}

/* Errors red and solid, warnings red and dashed, notes red and dotted. `also`: a style that stays,
 * with its comma. */
static void put_line(struct buffer *out, enum severity worst, const char *color, const char *also)
{
	static const char *const styles[] = {"solid", "dotted", "dashed", "solid"};

	buffer_printf(out, "; color=\"%s\"; style=\"%s%s\"; penwidth=%s", worst ? GRAPH_RED : color,
		      also, styles[worst], worst ? "3" : "1.5");
}

static enum severity worst_of(const struct graph_gpu *gpu)
{
	enum severity worst = gpu->label.worst;

	for (uint32_t i = 0; i < gpu->n_uses; i++)
		if (gpu->uses[i].vm->framed && gpu->uses[i].label.worst > worst)
			worst = gpu->uses[i].label.worst;
	return worst;
}

static void open_frame(void *data, const struct graph_frame *frame, uint32_t depth, uint32_t n)
{
	struct dot *dot = data;
	struct buffer *out = dot->out;

	indent(out, depth + 2);
	buffer_printf(out, "subgraph cluster_h%u_f%u {\n", dot->number, n);
	indent(out, depth + 3);
	if (frame->kind == GRAPH_FRAME_VM) {
		put_label(out, &frame->vm->label, NULL, 0);
		put_line(out, frame->vm->worst, GRAPH_VM, "");
	} else if (frame->kind == GRAPH_FRAME_NODE) {
		buffer_printf(out,
			      "label=\"NUMA node %d\"; color=\"#bbbbbb\"; style=\"filled\"; "
			      "fillcolor=\"#f4f4f4\"; penwidth=1; tooltip=\"\"",
			      frame->number);
	} else {
		buffer_puts(out, "label=\"root complex\"; color=\"#bbbbbb\"; style=\"filled\"; "
				 "fillcolor=\"#e6eaef\"; penwidth=1; tooltip=\"\"");
	}
	buffer_puts(out, "\n");
}

static void close_frame(void *data, uint32_t depth)
{
	struct dot *dot = data;

	indent(dot->out, depth + 2);
	buffer_puts(dot->out, "}\n");
}

static void put_gpu(void *data, const struct graph_gpu *gpu, uint32_t depth)
{
	struct dot *dot = data;
	struct graph_colour colour = graph_clique_colour(gpu->gpu->clique);

	dot->order[dot->n++] = gpu->gpu->index;
	indent(dot->out, depth + 2);
	buffer_printf(dot->out, "h%u_g%u [", dot->number, gpu->gpu->index);
	put_label(dot->out, &gpu->label, gpu->uses, gpu->n_uses);
	buffer_printf(dot->out, "; fillcolor=\"%s\"", colour.fill);
	put_line(dot->out, worst_of(gpu), colour.line, "filled,");
	buffer_puts(dot->out, "];\n");
}

/* --- rows: dot would put GPUs that are joined below each other --- */

static uint32_t row_of(const struct dot *dot, uint32_t gpu)
{
	uint32_t at = 0;

	while (dot->order[at] != gpu)
		at++;
	return at / dot->columns;
}

static void put_rows(struct dot *dot)
{
	uint32_t columns = dot->columns;

	for (uint32_t i = 0; i < dot->n; i += columns) {
		uint32_t end = i + columns < dot->n ? i + columns : dot->n;

		buffer_puts(dot->out, "    { rank=same; edge [style=invis]; ");
		for (uint32_t k = i; k < end; k++)
			buffer_printf(dot->out, "%sh%u_g%u", k > i ? " -- " : "", dot->number,
				      dot->order[k]);
		buffer_puts(dot->out, " }\n");
		if (end < dot->n)
			buffer_printf(dot->out, "    h%u_g%u -- h%u_g%u [style=invis];\n",
				      dot->number, dot->order[i], dot->number, dot->order[end]);
	}
}

/* --- what joins them --- */

/* NV1 thin, NV4 and more thick. */
static const char *width_of(const struct graph_link *link)
{
	static const char *const widths[] = {"2", "1", "2", "3", "4"};

	return link->pcie ? "1.5" : widths[link->links < 4 ? link->links : 4];
}

static void put_links(struct dot *dot)
{
	for (uint32_t i = 0; i < dot->host->n_links; i++) {
		const struct graph_link *link = &dot->host->links[i];
		const char *color = link->pcie ? graph_clique_colour(link->clique).line
					       : GRAPH_NVLINK;

		buffer_printf(dot->out, "    h%u_g%u -- h%u_g%u [", dot->number, link->from,
			      dot->number, link->to);
		/* dot loses the labels of edges within a row; it puts an `xlabel` beside them. */
		if (row_of(dot, link->from) == row_of(dot, link->to))
			buffer_puts(dot->out, "x");
		put_label(dot->out, &link->label, NULL, 0);
		buffer_printf(dot->out, "; color=\"%s\"; penwidth=%s; style=\"%s\"];\n",
			      link->label.worst ? GRAPH_RED : color, width_of(link),
			      link->pcie ? "dashed" : "solid");
	}
}

static void put_spokes(struct dot *dot, uint32_t h)
{
	const struct graph_hub *hub = &dot->host->hubs[h];
	uint32_t rows = (dot->n + dot->columns - 1) / dot->columns;
	const char *color = hub->pcie ? graph_clique_colour(hub->clique).line : GRAPH_NVLINK;

	for (uint32_t i = 0; i < dot->n; i++) {
		if (!(hub->members & UINT64_C(1) << i))
			continue;
		/* The upper half hangs above the hub, the lower half below. */
		if (2 * row_of(dot, i) < rows)
			buffer_printf(dot->out, "    h%u_g%u -- h%u_s%u", dot->number, i,
				      dot->number, h);
		else
			buffer_printf(dot->out, "    h%u_s%u -- h%u_g%u", dot->number, h,
				      dot->number, i);
		buffer_printf(dot->out, " [color=\"%s\"; style=\"%s\"; penwidth=2];\n", color,
			      hub->pcie ? "dashed" : "solid");
	}
}

static void put_hubs(struct dot *dot)
{
	for (uint32_t i = 0; i < dot->host->n_hubs; i++) {
		const struct graph_hub *hub = &dot->host->hubs[i];
		struct graph_colour colour = graph_clique_colour(hub->clique);

		buffer_printf(dot->out, "    h%u_s%u [", dot->number, i);
		put_label(dot->out, &hub->label, NULL, 0);
		buffer_printf(dot->out, "; shape=hexagon; fillcolor=\"%s\"",
			      hub->pcie ? colour.fill : "#dfe8f0");
		put_line(dot->out, hub->label.worst, hub->pcie ? colour.line : GRAPH_NVLINK,
			 "filled,");
		buffer_puts(dot->out, "];\n");
		put_spokes(dot, i);
	}
}

/* --- VMs that frame no GPU --- */

static void put_uses(struct dot *dot, const struct graph_vm *vm, uint32_t v)
{
	for (uint32_t i = 0; i < dot->host->n_gpus; i++) {
		const struct graph_gpu *gpu = &dot->host->gpus[i];

		for (uint32_t u = 0; u < gpu->n_uses; u++) {
			const struct graph_label *label = &gpu->uses[u].label;

			if (gpu->uses[u].vm != vm)
				continue;
			buffer_printf(dot->out, "    h%u_g%u -- h%u_v%u [", dot->number,
				      gpu->gpu->index, dot->number, v);
			put_label(dot->out, label, NULL, 0);
			buffer_printf(dot->out, "; color=\"%s\"; style=\"dotted\"; penwidth=2];\n",
				      label->worst ? GRAPH_RED : GRAPH_VM);
		}
	}
}

static void put_vms(struct dot *dot)
{
	for (uint32_t v = 0; v < dot->host->n_vms; v++) {
		const struct graph_vm *vm = &dot->host->vms[v];

		if (vm->framed)
			continue;
		buffer_printf(dot->out, "    h%u_v%u [", dot->number, v);
		put_label(dot->out, &vm->label, NULL, 0);
		buffer_puts(dot->out, "; fillcolor=\"#ffffff\"");
		put_line(dot->out, vm->worst, GRAPH_VM, "rounded,filled,");
		buffer_puts(dot->out, "];\n");
		put_uses(dot, vm, v);
	}
}

static void put_host(struct buffer *out, struct arena *arena, const struct graph_host *host,
		     uint32_t number)
{
	static const struct graph_nest_writer writer = {open_frame, put_gpu, close_frame};
	struct dot dot = {.out = out, .host = host, .number = number};

	dot.columns = host->n_gpus > 8 ? 8 : 4;
	buffer_printf(out, "  subgraph cluster_h%u {\n    ", number);
	put_label(out, &host->label, NULL, 0);
	put_line(out, host->label.worst, host->host ? "#888888" : GRAPH_VM, "");
	buffer_puts(out, "\n");
	graph_nest(host, arena, &writer, &dot);
	put_rows(&dot);
	put_links(&dot);
	put_hubs(&dot);
	put_vms(&dot);
	/* An empty cluster is not drawn. */
	if (host->n_gpus + host->n_vms == 0)
		buffer_printf(out, "    h%u_none [shape=point, style=invis];\n", number);
	buffer_puts(out, "  }\n");
}

void graph_write_dot(const struct graph *graph, struct buffer *out)
{
	buffer_puts(out,
		    "graph gpuplan {\n"
		    "  graph [newrank=true, fontname=\"sans-serif\", fontsize=12, nodesep=0.5, "
		    "ranksep=0.7, labeljust=l];\n"
		    "  node [shape=box, fontname=\"sans-serif\", fontsize=11];\n"
		    "  edge [fontname=\"sans-serif\", fontsize=9];\n");
	for (uint32_t i = 0; i < graph->n_hosts; i++)
		put_host(out, graph->arena, &graph->hosts[i], i);
	if (graph->elsewhere.n) {
		buffer_puts(out, "  elsewhere [");
		put_label(out, &graph->elsewhere, NULL, 0);
		put_line(out, graph->elsewhere.worst, GRAPH_RED, "");
		buffer_puts(out, "];\n");
	}
	buffer_puts(out, "}\n");
}
