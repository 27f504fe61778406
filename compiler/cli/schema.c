/* gpuplan schema: the key tables as a JSON Schema, or as the reference page. */
#include "schema/json_schema.h"

#include "compiler/cli/cli.h"
#include "compiler/cli/json.h"

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
	const char *format = options->format ? options->format : "json";

	(void)arena;
	if (options->n_arguments) {
		trouble("schema takes no argument");
		return STATUS_TROUBLE;
	}
	if (strcmp(format, "json") == 0) {
		json_object *schema = json_schema();

		if (!schema)
			arena_oom();
		json_print(schema);
	} else if (strcmp(format, "markdown") == 0) {
		spec_reference(stdout);
	} else {
		trouble("no format '%s' here: json or markdown", format);
		return STATUS_TROUBLE;
	}
	return flush_output(stdout, "standard output") ? STATUS_OK : STATUS_TROUBLE;
}
