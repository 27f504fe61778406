/* The language server as a whole: reads messages and answers them. */
#ifndef GPUPLAN_LSP_DISPATCH_H
#define GPUPLAN_LSP_DISPATCH_H

#include "compiler/cli/cli.h"

/* Serves one client on two file descriptors, until `exit` or the end of the input. Paths in the
 * options are absolute. The caller ignores SIGPIPE: a client that has gone shows in a failing
 * write. */
enum status server_run(const struct gpuplan_options *options, struct catalog *catalog, int in,
		       int out);

#endif
