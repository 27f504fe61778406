/* Every command, in the order of the help. */
#include <string.h>

#include "compiler/cli/cli.h"

const struct command *const commands[] = {
	&command_lint,
	&command_compile,
	&command_show,
	&command_rules,
	&command_explain,
	&command_boards,
	&command_schema,
	&command_import,
	&command_graph,
	&command_discover,
	&command_lsp,
	&command_version,
	NULL,
};

const struct command *command_find(const char *name)
{
	for (size_t i = 0; commands[i]; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}
