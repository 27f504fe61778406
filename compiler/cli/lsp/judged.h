/* A plan of the language server: read and judged once, with the open texts in place of the files.
 */
#ifndef GPUPLAN_LSP_JUDGED_H
#define GPUPLAN_LSP_JUDGED_H

#include "compiler/cli/lsp/server.h"
#include "compiler/session/session.h"

/* The plan of a folder, or of the one file `only` in it. Copies the open texts, which may change
 * while the plan is in use. Files that could not be read are in spec.errors. The caller closes the
 * session. */
struct gpuplan_session *judge(const struct server *server, const char *folder,
			      const struct document *only);
/* The open text as it was judged; NULL: it is not part of that plan. */
const struct source *judged_source(const struct gpuplan_session *session, const struct document *d);

#endif
