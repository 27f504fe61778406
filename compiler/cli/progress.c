#include "compiler/cli/progress.h"

#include <unistd.h>

void progress_start(struct progress *progress, const struct options *options, const char *what)
{
	*progress = (struct progress){.what = what};
	if (!options->quiet && isatty(STDERR_FILENO))
		clock_gettime(CLOCK_MONOTONIC, &progress->start);
	else
		progress->what = NULL;
}

void progress_show(void *context, uint32_t done, uint32_t total)
{
	struct progress *progress = context;
	struct timespec now;

	if (!progress->what || done % 64)
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (now.tv_sec - progress->start.tv_sec < 2)
		return;
	fprintf(stderr, "\r%s: %u of %u", progress->what, done, total);
	progress->shown = true;
}

void progress_end(struct progress *progress)
{
	if (progress->shown)
		fputs("\r\033[K", stderr);
}
