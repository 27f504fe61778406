/* Another program's standard output: run without a shell, within a time and a size. */
#ifndef GPUPLAN_PROGRAM_H
#define GPUPLAN_PROGRAM_H

#include "compiler/base/arena.h"

/* Runs argv[0], found in PATH, without input and with its errors dropped. False with *why set if it
 * is missing, takes longer, writes more than `limit` bytes, or fails; it and its children are then
 * killed. */
bool program_output(struct arena *arena, char *const argv[], int milliseconds, size_t limit,
		    struct str *out, const char **why);

#endif
