/* A plan of the language server: read and judged once, with the open texts in place of the files.
 */
#ifndef GPUPLAN_LSP_JUDGED_H
#define GPUPLAN_LSP_JUDGED_H

#include "compiler/cli/lsp/server.h"
#include "compiler/model/load.h"

/* All of it lives in its own arena. */
struct judged {
	struct arena *arena;
	struct options options;
	struct overlay overlay;
	struct files files;
	struct project project;
	struct spec spec;
	struct workspace workspace;
};

/* Of a folder, or of the one file `only` that lies in it. The texts are copied: the editor goes on
 * typing. What could not be read is in spec.errors. */
struct judged *judge(const struct server *server, char *folder, const struct document *only);
/* Takes NULL; returns NULL. */
struct judged *judged_free(struct judged *j);
/* The open text as it was judged; NULL: it is no part of that plan. */
const struct source *judged_source(const struct judged *j, const struct document *d);

#endif
