/* gpuplan graph: the plan as a drawing. */
#include "compiler/graph.h"

#include <fnmatch.h>

#include "compiler/cli/cli.h"

static enum status run(struct arena *arena, const struct options *options);

const struct command command_graph = {
	.name = "graph",
	.arguments = "[PATH…]",
	.summary = "draw hosts, GPUs, NVLink, cliques and VMs, with the findings in red",
	.run = run,
	.bit = COMMAND_GRAPH,
};

static const struct {
	const char *name;
	void (*write)(const struct graph *graph, struct buffer *out);
} formats[] = {
	{"svg", graph_write_svg},
	{"dot", graph_write_dot},
	{"mermaid", graph_write_mermaid},
};

enum { N_FORMATS = sizeof formats / sizeof *formats };

/* One of the --host patterns. */
static bool is_wanted(struct str host, const void *data)
{
	const struct options *options = data;
	char name[256];

	if (host.n >= sizeof name)
		return false;
	memcpy(name, host.p, host.n);
	name[host.n] = '\0';
	for (uint32_t i = 0; i < options->n_hosts; i++)
		if (fnmatch(options->hosts[i], name, 0) == 0)
			return true;
	return false;
}

static enum status run(struct arena *arena, const struct options *options)
{
	const char *format = options->format ? options->format : formats[0].name;
	struct workspace workspace;
	enum status status;
	struct graph *graph;
	struct buffer out;
	size_t i = 0;

	while (i < N_FORMATS && strcmp(formats[i].name, format) != 0)
		i++;
	if (i == N_FORMATS) {
		trouble("no format '%s' here: svg, dot or mermaid", format);
		return STATUS_TROUBLE;
	}
	status = workspace_open(&workspace, arena, options, options->arguments,
				options->n_arguments);
	if (status != STATUS_OK)
		return status;
	graph = graph_build(arena, workspace.plan, &workspace.findings,
			    options->n_hosts ? is_wanted : NULL, options);
	if (options->n_hosts && graph->n_hosts == 0) {
		trouble("--host %s: the plan has no such host", options->hosts[0]);
		return STATUS_TROUBLE;
	}
	buffer_init(&out, arena);
	formats[i].write(graph, &out);
	fwrite(out.p, 1, out.n, stdout);
	if (!flush_output(stdout, "standard output"))
		return STATUS_TROUBLE;
	/* Nobody reads a picture in a log. */
	workspace_print(&workspace, FORMAT_ONELINE, stderr);
	workspace_print_summary(&workspace);
	return workspace_verdict(&workspace);
}
