/* gpuplan version: ours, and the libraries' that it runs with. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <yaml.h>

#include "compiler/cli/cli.h"

static enum status run(struct arena *arena, const struct options *options);

const struct command command_version = {
	.name = "version",
	.arguments = "",
	.summary = "print the version, and those of the libraries",
	.run = run,
	.bit = COMMAND_VERSION,
};

static enum status run(struct arena *arena, const struct options *options)
{
	char pcre2[64] = "";

	(void)arena;
	if (options->n_arguments) {
		trouble("version takes no argument");
		return STATUS_TROUBLE;
	}
	pcre2_config(PCRE2_CONFIG_VERSION, pcre2);
	printf("gpuplan %s\nlibyaml %s\npcre2 %s\n", GPUPLAN_VERSION, yaml_get_version_string(),
	       pcre2);
	return flush_output(stdout, "standard output") ? STATUS_OK : STATUS_TROUBLE;
}
