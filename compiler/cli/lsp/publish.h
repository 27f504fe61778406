/* Findings as LSP's diagnostics. */
#ifndef GPUPLAN_LSP_PUBLISH_H
#define GPUPLAN_LSP_PUBLISH_H

#include "compiler/cli/lsp/place.h"

struct json *diagnostic_of(const struct server *server, const struct scope *scope,
			   const struct sources *sources, const struct finding *f);
/* Sends the findings of the latest plan, file by file, where they differ from those sent last. */
void publish_scope(struct server *server, struct scope *scope);
/* Withdraws what was published. */
void publish_nothing(struct server *server, struct scope *scope);

#endif
