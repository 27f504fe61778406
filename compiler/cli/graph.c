/* gpuplan graph: the plan as a drawing. */
#include "compiler/tools/graph/graph.h"

#include <fnmatch.h>

#include "compiler/cli/cli.h"
#include "schema/keys.h"

static enum status run(struct arena *arena, const struct options *options);

const struct command command_graph = {
	.name = "graph",
	.arguments = "[PATH…]",
	.summary = "draw hosts, GPUs, NVLink, cliques and VMs, with the findings in red",
	.run = run,
	.bit = COMMAND_GRAPH,
};

/* As the option table lists them. */
static const struct {
	const char *name;
	void (*write)(const struct graph *graph, struct buffer *out);
} formats[] = {
	{"svg", graph_write_svg},
	{"dot", graph_write_dot},
	{"mermaid", graph_write_mermaid},
};

/* The pattern stands for the host's name. */
static bool matches(const char *pattern, struct str host)
{
	char name[256];

	if (host.n >= sizeof name)
		return false;
	memcpy(name, host.p, host.n);
	name[host.n] = '\0';
	return fnmatch(pattern, name, 0) == 0;
}

static bool is_wanted(struct str host, const void *data)
{
	const struct options *options = data;

	for (uint32_t i = 0; i < options->n_hosts; i++)
		if (matches(options->hosts[i], host))
			return true;
	return false;
}

/* A mistyped host must not look like one without findings. */
static bool all_found(const struct options *options, const struct graph *graph,
		      const struct plan *plan)
{
	for (uint32_t p = 0; p < options->n_hosts; p++) {
		struct str pattern = str_of(options->hosts[p]);
		uint32_t i = 0;

		while (i < graph->n_hosts && !matches(options->hosts[p], graph->hosts[i].name))
			i++;
		if (i < graph->n_hosts)
			continue;
		trouble_unknown("no host", pattern, plan_nearest_host(plan, pattern),
				" in the plan");
		return false;
	}
	return true;
}

static bool draw(struct arena *arena, const struct options *options,
		 const struct gpuplan_session *session)
{
	const char *format = options->format ? options->format : formats[0].name;
	struct graph *graph;
	struct buffer out;
	size_t i = 0;

	while (strcmp(formats[i].name, format) != 0)
		i++;
	graph = graph_build(arena, session->plan, &session->findings,
			    options->n_hosts ? is_wanted : NULL, options);
	if (!all_found(options, graph, session->plan))
		return false;
	buffer_init(&out, arena);
	formats[i].write(graph, &out);
	fwrite(out.p, 1, out.n, stdout);
	return flush_output(stdout, "standard output");
}

static enum status run(struct arena *arena, const struct options *options)
{
	struct gpuplan_session *session;
	enum status status = read_plan(&session, options, 0);

	if (status == STATUS_OK && !draw(arena, options, session))
		status = STATUS_TROUBLE;
	if (status == STATUS_OK) {
		/* Nobody reads a picture in a log. */
		print_findings(session, options, "oneline", stderr);
		print_summary(session, options);
		status = session_verdict(session);
	}
	session_close(session);
	return status;
}
