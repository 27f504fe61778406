/* Captures the output of another program, within limits of time and size. */
#ifndef GPUPLAN_PROGRAM_H
#define GPUPLAN_PROGRAM_H

#include "compiler/base/arena.h"

/* Runs argv[0], found in PATH, without a shell or input, and discards its standard error. Returns
 * false and sets *why if the program is missing, fails, takes longer, or writes more than `limit`
 * bytes. In the last two cases it is killed with its children. */
bool program_output(struct arena *arena, char *const argv[], int milliseconds, size_t limit,
		    struct str *out, const char **why);

#endif
