/* A plan of the language server: read and judged once, with the open texts in place of the files.
 */
#ifndef GPUPLAN_LSP_JUDGED_H
#define GPUPLAN_LSP_JUDGED_H

#include "compiler/cli/lsp/server.h"
#include "compiler/session/session.h"

/* Of a folder, or of the one file `only` that lies in it. The texts are copied: the editor goes on
 * typing. What could not be read is in spec.errors. To be closed. */
struct gpuplan_session *judge(const struct server *server, const char *folder,
			      const struct document *only);
/* The open text as it was judged; NULL: it is no part of that plan. */
const struct source *judged_source(const struct gpuplan_session *session, const struct document *d);

#endif
