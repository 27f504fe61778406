/* gpuplan schema: the key tables as a JSON Schema, or as the reference page. */
#include "schema/json_schema.h"
#include "schema/reference.h"

#include "compiler/cli/cli.h"

static enum status run(struct arena *arena, const struct options *options);

const struct command command_schema = {
	.name = "schema",
	.arguments = "",
	.summary = "print the JSON Schema of the spec language",
	.run = run,
	.bit = COMMAND_SCHEMA,
};

static enum status run(struct arena *arena, const struct options *options)
{
	if (options->n_arguments) {
		trouble("schema takes no argument");
		return STATUS_TROUBLE;
	}
	if (options->format && strcmp(options->format, "markdown") == 0) {
		struct buffer page;

		buffer_init(&page, arena);
		spec_reference(&page);
		fwrite(page.p, 1, page.n, stdout);
	} else {
		json_print(stdout, json_schema(arena), JSON_PRETTY);
		putchar('\n');
	}
	return flush_output(stdout, "standard output") ? STATUS_OK : STATUS_TROUBLE;
}
