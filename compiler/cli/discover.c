/* gpuplan discover: this machine, or a copy of its /sys and /proc, as a spec. */
#include "compiler/tools/discover/discover.h"

#include "compiler/cli/cli.h"

static enum status run(struct arena *arena, const struct options *options);

const struct command command_discover = {
	.name = "discover",
	.arguments = "",
	.summary = "print this machine as a host of a spec: GPUs, CPUs, memory, IOMMU, NVLink",
	.run = run,
	.bit = COMMAND_DISCOVER,
};

static bool read_machine(struct machine *machine, struct arena *arena, const char *root)
{
	struct sources sources;
	struct str error;
	struct files tree;
	bool found;
	int failed = system_files.open(&system_files, arena, root ? root : "/",
				       root ? REACH_IN_ROOT : REACH_ALL, &tree);

	if (failed) {
		trouble("%s: %s", root ? root : "/", files_error(failed));
		return false;
	}
	found = machine_read(machine, arena, &tree, &error);
	tree.close(&tree);
	if (!found) {
		trouble("%s%s%.*s", root ? root : "", root ? ": " : "", STR_ARG(error));
		return false;
	}
	/* A copied tree is not this machine. */
	if (!root) {
		sources_init(&sources, arena, &system_files);
		machine_ask_smi(machine, &sources);
	}
	return true;
}

static enum status run(struct arena *arena, const struct options *options)
{
	struct catalog *catalog;
	struct machine machine;
	struct buffer out;

	if (options->n_arguments) {
		trouble("discover takes no argument: `gpuplan discover --root DIR` reads a copied "
			"tree");
		return STATUS_TROUBLE;
	}
	catalog = open_catalog(arena, options->catalog);
	if (!catalog)
		return STATUS_TROUBLE;
	if (!read_machine(&machine, arena, options->root))
		return STATUS_TROUBLE;
	buffer_init(&out, arena);
	machine_write(&out, &machine, catalog);
	fwrite(out.p, 1, out.n, stdout);
	return flush_output(stdout, "standard output") ? STATUS_OK : STATUS_TROUBLE;
}
