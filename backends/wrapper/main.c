/* gpuplan-qemu: runs in place of QEMU, adds each GPU's clique to its -device, and executes QEMU.
 *
 * Every VM starts through it, so a failure to add cliques must not stop a VM: it is reported on
 * standard error, and QEMU gets its arguments unchanged. With GPUPLAN_STRICT=1, a VM without its
 * cliques does not start. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backends/wrapper/arguments.h"
#include "backends/wrapper/check.h"
#include "backends/wrapper/qemu.h"
#include "backends/wrapper/say.h"

/* As everywhere in gpuplan. Otherwise, the caller sees QEMU's own status. */
enum { STATUS_NO_CLIQUES = 1, STATUS_NO_QEMU = 2 };

static bool strict(void)
{
	const char *value = getenv("GPUPLAN_STRICT");

	return value && strcmp(value, "1") == 0;
}

/* Reports why the cliques cannot be added. Returns `argv`, or NULL if QEMU must not run without
 * them. */
static char **without_cliques(char **argv, const char *what, const char *why)
{
	say("%s: %.500s: %s",
	    strict() ? "QEMU is not started (GPUPLAN_STRICT=1)" : "QEMU runs without GPU cliques",
	    what, why);
	return strict() ? NULL : argv;
}

/* Returns the list for QEMU: `argv` if there is nothing to add, NULL if QEMU must not run. */
static char **add_cliques(char **argv)
{
	static struct map map;
	char **list;

	if (!arguments_want_map(argv))
		return argv;
	if (!map_read(map_path(), &map))
		return without_cliques(argv, map_path(), map.wrong);
	list = arguments_with_cliques(argv, &map);
	return list ? list : without_cliques(argv, "the arguments", strerror(ENOMEM));
}

int main(int argc, char **argv)
{
	char qemu[PATH_MAX];
	char **list;

	if (argc == 2 && strcmp(argv[1], "--check") == 0)
		return check();
	if (!qemu_find(qemu)) {
		say("no QEMU at '%.500s', or only this wrapper itself: put it there, or name it in " QEMU_VARIABLE,
		    qemu);
		return STATUS_NO_QEMU;
	}
	list = add_cliques(argv);
	if (!list)
		return STATUS_NO_CLIQUES;
	execv(qemu, list);
	/* The cliques may have made an argument longer than the kernel's limit. */
	if (list != argv && errno == E2BIG) {
		free(list);
		list = without_cliques(argv, "the arguments", strerror(E2BIG));
		if (!list)
			return STATUS_NO_CLIQUES;
		execv(qemu, list);
	}
	say("'%.500s' does not run: %s", qemu, strerror(errno));
	if (list != argv)
		free(list);
	return STATUS_NO_QEMU;
}
