/* The drawing as a Mermaid flowchart, which GitHub and GitLab draw in a ```mermaid block. Mermaid
 * lays out by itself; frames are subgraphs. */
#include "compiler/tools/graph/private.h"

struct mermaid {
	struct buffer *out;
	const struct graph_host *host;
	uint32_t number;  /* of the host */
	uint32_t n_edges; /* so far in the whole text: styles name edges by number */
	uint32_t n_notes; /* of the host */
	/* GPUs in the order of the text, so in rows of `columns`. */
	uint32_t order[MAX_GPUS], n, columns;
	struct buffer styles;
};

/* Everything that could be Mermaid's, Markdown's or HTML's, as a number. */
static void put_text(struct buffer *out, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		bool plain = c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
			     (c >= 'A' && c <= 'Z') || strchr(" .,:/-", c);

		buffer_printf(out, plain ? "%c" : "#%u;", c);
	}
}

static void put_lines(struct buffer *out, const struct graph_label *label, bool *any)
{
	for (uint32_t i = 0; i < label->n; i++) {
		if (label->lines[i].text.n == 0)
			continue;
		buffer_puts(out, *any ? "<br/>" : "");
		put_text(out, label->lines[i].text);
		*any = true;
	}
}

/* `["…"]`, of the thing and of the uses that are told with it. */
static void put_label(struct buffer *out, const struct graph_label *label,
		      const struct graph_use *uses, uint32_t n_uses)
{
	bool any = false;

	put_lines(out, label, &any);
	for (uint32_t i = 0; i < n_uses; i++)
		if (uses[i].vm->framed)
			put_lines(out, &uses[i].label, &any);
	buffer_puts(out, any ? "" : " ");
}

static void indent(struct buffer *out, uint32_t depth)
{
	for (uint32_t i = 0; i < depth; i++)
		buffer_puts(out, "  ");
}

/* A subgraph's title must be one short line: the name and the first fact. */
static void put_title(struct buffer *out, const struct graph_label *label)
{
	bool any = false;

	for (uint32_t i = 0; i < label->n && i < 2; i++) {
		if (label->lines[i].text.n == 0 || label->lines[i].role == GRAPH_FINDING)
			continue;
		buffer_puts(out, any ? ", " : "");
		put_text(out, label->lines[i].text);
		any = true;
	}
	buffer_puts(out, any ? "" : " ");
}

/* What the title has no room for, as red text in the subgraph. */
static void put_note(struct mermaid *m, const struct graph_label *label, uint32_t depth)
{
	struct graph_label rest = *label;
	bool any = false;

	while (rest.n && (rest.lines == label->lines ||
			  (rest.lines == label->lines + 1 && rest.lines->role != GRAPH_FINDING))) {
		rest.lines++;
		rest.n--;
	}
	if (rest.n == 0)
		return;
	indent(m->out, depth);
	buffer_printf(m->out, "h%un%u[\"", m->number, m->n_notes);
	put_lines(m->out, &rest, &any);
	buffer_puts(m->out, "\"]\n");
	buffer_printf(&m->styles, "  style h%un%u fill:none,stroke:none,color:" GRAPH_RED "\n",
		      m->number, m->n_notes++);
}

/* Errors red and solid, warnings red and dashed, notes red and dotted. */
static void put_stroke(struct buffer *out, enum severity worst, const char *color)
{
	static const char *const dashes[] = {"", ",stroke-dasharray:2 3", ",stroke-dasharray:8 4",
					     ""};

	buffer_printf(out, "stroke:%s,stroke-width:%s%s,color:#000000\n", worst ? GRAPH_RED : color,
		      worst ? "3px" : "1.5px", dashes[worst]);
}

/* The line that follows the style of a node or subgraph `h0g1`. */
static void style(struct mermaid *m, const char *kind, uint32_t n, const char *fill,
		  enum severity worst, const char *color)
{
	buffer_printf(&m->styles, "  style h%u%s%u fill:%s,", m->number, kind, n, fill);
	put_stroke(&m->styles, worst, color);
}

static void open_frame(void *data, const struct graph_frame *frame, uint32_t depth, uint32_t n)
{
	struct mermaid *m = data;

	indent(m->out, depth + 2);
	buffer_printf(m->out, "subgraph h%uf%u[\"", m->number, n);
	switch (frame->kind) {
	case GRAPH_FRAME_VM:
		put_title(m->out, &frame->vm->label);
		style(m, "f", n, "#ffffff", frame->vm->worst, GRAPH_VM);
		break;
	case GRAPH_FRAME_NODE:
		buffer_printf(m->out, "NUMA node %d", frame->number);
		style(m, "f", n, "#f4f4f4", 0, "#bbbbbb");
		break;
	case GRAPH_FRAME_COMPLEX:
		buffer_puts(m->out, "root complex");
		style(m, "f", n, "#e6eaef", 0, "#bbbbbb");
		break;
	}
	buffer_puts(m->out, "\"]\n");
	if (frame->kind == GRAPH_FRAME_VM)
		put_note(m, &frame->vm->label, depth + 3);
}

static void close_frame(void *data, uint32_t depth)
{
	struct mermaid *m = data;

	indent(m->out, depth + 2);
	buffer_puts(m->out, "end\n");
}

static void put_gpu(void *data, const struct graph_gpu *gpu, uint32_t depth)
{
	struct mermaid *m = data;
	struct graph_colour colour = graph_clique_colour(gpu->gpu->clique);
	enum severity worst = gpu->label.worst;

	for (uint32_t i = 0; i < gpu->n_uses; i++)
		if (gpu->uses[i].vm->framed && gpu->uses[i].label.worst > worst)
			worst = gpu->uses[i].label.worst;
	m->order[m->n++] = gpu->gpu->index;
	indent(m->out, depth + 2);
	buffer_printf(m->out, "h%ug%u[\"", m->number, gpu->gpu->index);
	put_label(m->out, &gpu->label, gpu->uses, gpu->n_uses);
	buffer_puts(m->out, "\"]\n");
	style(m, "g", gpu->gpu->index, colour.fill, worst, colour.line);
}

/* --- edges --- */

static void put_edge(struct mermaid *m, const char *kinds, uint32_t from, uint32_t to,
		     const struct graph_label *label)
{
	buffer_printf(m->out, "    h%u%c%u ---", m->number, kinds[0], from);
	if (label && label->n) {
		buffer_puts(m->out, "|\"");
		put_label(m->out, label, NULL, 0);
		buffer_puts(m->out, "\"|");
	}
	buffer_printf(m->out, " h%u%c%u\n", m->number, kinds[1], to);
}

static void style_edge(struct mermaid *m, const char *color, uint32_t width, const char *dashes)
{
	buffer_printf(&m->styles, "  linkStyle %u stroke:%s,stroke-width:%upx%s%s\n", m->n_edges++,
		      color, width, *dashes ? ",stroke-dasharray:" : "", dashes);
}

static void put_links(struct mermaid *m)
{
	for (uint32_t i = 0; i < m->host->n_links; i++) {
		const struct graph_link *link = &m->host->links[i];
		const char *color = link->pcie ? graph_clique_colour(link->clique).line
					       : GRAPH_NVLINK;
		uint32_t width = link->links && link->links < 4 ? link->links : link->links ? 4 : 2;

		put_edge(m, "gg", link->from, link->to, &link->label);
		style_edge(m, link->label.worst ? GRAPH_RED : color, width,
			   link->pcie ? "6 4" : "");
	}
}

static uint32_t row_of(const struct mermaid *m, uint32_t gpu)
{
	uint32_t at = 0;

	while (m->order[at] != gpu)
		at++;
	return at / m->columns;
}

static void put_hubs(struct mermaid *m)
{
	uint32_t rows = (m->n + m->columns - 1) / m->columns;

	for (uint32_t i = 0; i < m->host->n_hubs; i++) {
		const struct graph_hub *hub = &m->host->hubs[i];
		struct graph_colour colour = graph_clique_colour(hub->clique);
		const char *line = hub->pcie ? colour.line : GRAPH_NVLINK;

		buffer_printf(m->out, "    h%us%u{{\"", m->number, i);
		put_label(m->out, &hub->label, NULL, 0);
		buffer_puts(m->out, "\"}}\n");
		style(m, "s", i, hub->pcie ? colour.fill : "#dfe8f0", hub->label.worst, line);
		for (uint32_t k = 0; k < m->host->n_gpus; k++) {
			if (!(hub->members & UINT64_C(1) << k))
				continue;
			/* The upper half hangs above the hub, the lower half below. */
			if (2 * row_of(m, k) < rows)
				put_edge(m, "gs", k, i, NULL);
			else
				put_edge(m, "sg", i, k, NULL);
			style_edge(m, line, 2, hub->pcie ? "6 4" : "");
		}
	}
}

static void put_uses(struct mermaid *m, const struct graph_vm *vm, uint32_t v)
{
	for (uint32_t i = 0; i < m->host->n_gpus; i++) {
		const struct graph_gpu *gpu = &m->host->gpus[i];

		for (uint32_t u = 0; u < gpu->n_uses; u++) {
			const struct graph_label *label = &gpu->uses[u].label;

			if (gpu->uses[u].vm != vm)
				continue;
			put_edge(m, "gv", gpu->gpu->index, v, label);
			style_edge(m, label->worst ? GRAPH_RED : GRAPH_VM, 1, "2 3");
		}
	}
}

/* VMs that frame no GPU. */
static void put_vms(struct mermaid *m)
{
	for (uint32_t v = 0; v < m->host->n_vms; v++) {
		const struct graph_vm *vm = &m->host->vms[v];

		if (vm->framed)
			continue;
		buffer_printf(m->out, "    h%uv%u([\"", m->number, v);
		put_label(m->out, &vm->label, NULL, 0);
		buffer_puts(m->out, "\"])\n");
		style(m, "v", v, "#ffffff", vm->worst, GRAPH_VM);
		put_uses(m, vm, v);
	}
}

static void put_host(struct mermaid *m, struct arena *arena)
{
	static const struct graph_nest_writer writer = {open_frame, put_gpu, close_frame};
	const struct graph_host *host = m->host;
	/* A subgraph without a node is none. */
	bool empty = host->n_gpus + host->n_vms == 0;

	buffer_printf(m->out, empty ? "  h%ux0[\"" : "  subgraph h%ux0[\"", m->number);
	put_title(m->out, &host->label);
	buffer_puts(m->out, empty ? "\"]\n" : "\"]\n    direction TB\n");
	style(m, "x", 0, "#fbfbfb", host->label.worst, "#888888");
	if (!empty)
		put_note(m, &host->label, 2);
	graph_nest(host, arena, &writer, m);
	put_links(m);
	put_hubs(m);
	put_vms(m);
	buffer_puts(m->out, empty ? "" : "  end\n");
}

void graph_write_mermaid(const struct graph *graph, struct buffer *out)
{
	struct mermaid m = {.out = out};

	buffer_init(&m.styles, graph->arena);
	buffer_puts(out, "flowchart TB\n");
	for (uint32_t i = 0; i < graph->n_hosts; i++) {
		m.host = &graph->hosts[i];
		m.number = i;
		m.n = m.n_notes = 0;
		m.columns = m.host->n_gpus > 8 ? 8 : 4;
		put_host(&m, graph->arena);
	}
	if (graph->elsewhere.n) {
		buffer_puts(out, "  elsewhere[\"");
		put_label(out, &graph->elsewhere, NULL, 0);
		buffer_puts(out, "\"]\n");
		buffer_puts(&m.styles, "  style elsewhere fill:#ffffff,");
		put_stroke(&m.styles, graph->elsewhere.worst, GRAPH_RED);
	}
	buffer_add(out, buffer_text(&m.styles));
}
