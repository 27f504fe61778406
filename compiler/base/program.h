/* Another program's standard output: run without a shell, within a time and a size. */
#ifndef GPUPLAN_PROGRAM_H
#define GPUPLAN_PROGRAM_H

#include "compiler/base/arena.h"

/* Runs argv[0], looked for in PATH, with nothing to read and its errors dropped. false with *why:
 * it is not there, took longer, wrote more than `limit` bytes, or failed. It and what it started
 * are killed then. */
bool program_output(struct arena *arena, char *const argv[], int milliseconds, size_t limit,
		    struct str *out, const char **why);

#endif
