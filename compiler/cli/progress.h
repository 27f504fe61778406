/* A line on standard error that shows how far a run is, on a terminal, once it takes longer than a
 * second. */
#ifndef GPUPLAN_CLI_PROGRESS_H
#define GPUPLAN_CLI_PROGRESS_H

#include <time.h>

#include "compiler/cli/cli.h"

struct progress {
	struct timespec start;
	const char *what; /* NULL: nothing is shown */
	bool shown;
};

void progress_start(struct progress *progress, const struct options *options, const char *what);
/* `context`: the struct progress. */
void progress_show(void *context, uint32_t done, uint32_t total);
/* Takes the line away. */
void progress_end(struct progress *progress);

#endif
