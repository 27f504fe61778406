/* gpuplan: finds the command and runs it. */
#include <string.h>
#include <unistd.h>

#include "compiler/cli/cli.h"
#include "compiler/cli/complete.h"
#include "schema/nearest.h"

static void print_usage(FILE *out)
{
	fputs("gpuplan checks a YAML spec of GPU hosts and VMs against the rules of GPU "
	      "peer-to-peer,\n"
	      "and compiles it to libvirt XML, QEMU arguments, .vmx entries and clique maps.\n\n"
	      "usage: gpuplan COMMAND [OPTION…] [ARGUMENT…]\n\n",
	      out);
	for (size_t i = 0; commands[i]; i++)
		fprintf(out, "  %-8s %s\n", commands[i]->name, commands[i]->summary);
	fputs("\n`gpuplan COMMAND --help` tells more of each. Exit status: 0 no finding fails, 1 "
	      "one does,\n"
	      "2 could not run.\n",
	      out);
}

static struct str command_name(size_t i, const void *data)
{
	(void)data;
	return str_of(commands[i]->name);
}

static enum status unknown_command(const char *name)
{
	size_t n = 0;

	while (commands[n])
		n++;
	trouble_unknown("no command", str_of(name), nearest(str_of(name), n, command_name, NULL),
			": `gpuplan help` lists them");
	return STATUS_TROUBLE;
}

/* `gpuplan help COMMAND` is `gpuplan COMMAND --help`. */
static enum status help(int argc, char **argv)
{
	const struct command *command = argc > 2 ? command_find(argv[2]) : NULL;

	if (argc > 2 && !command)
		return unknown_command(argv[2]);
	if (command)
		options_print_help(stdout, command);
	else
		print_usage(stdout);
	return flush_output(stdout, "standard output") ? STATUS_OK : STATUS_TROUBLE;
}

static enum status run(struct arena *arena, const struct command *command, int argc, char **argv)
{
	struct options options;
	enum status status = options_parse(arena, command, argc, argv, &options);

	if (status != STATUS_OK)
		return status;
	if (options.help) {
		options_print_help(stdout, command);
		return flush_output(stdout, "standard output") ? STATUS_OK : STATUS_TROUBLE;
	}
	return command->run(arena, &options);
}

static enum status dispatch(int argc, char **argv)
{
	const struct command *command;
	struct arena *arena;
	enum status status;
	bool completing;

	if (argc < 2 || strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0 ||
	    strcmp(argv[1], "-h") == 0)
		return help(argc, argv);
	completing = strcmp(argv[1], "complete") == 0;
	command = command_find(strcmp(argv[1], "--version") == 0 ? "version" : argv[1]);
	if (!command && !completing)
		return unknown_command(argv[1]);
	arena = arena_new();
	status = completing ? complete(arena, argc - 2, argv + 2)
			    : run(arena, command, argc - 1, argv + 1);
	arena_free(arena);
	return status;
}

struct invocation {
	int argc;
	char **argv;
	enum status status;
};

static void guarded(void *data)
{
	struct invocation *invocation = data;

	invocation->status = dispatch(invocation->argc, invocation->argv);
}

int main(int argc, char **argv)
{
	struct invocation invocation = {argc, argv, STATUS_TROUBLE};

	if (memory_guard(guarded, &invocation))
		return (int)invocation.status;
	fputs("gpuplan: out of memory\n", stderr);
	/* What stdio still buffers is half an output. */
	_exit(STATUS_TROUBLE);
}
