/* Judges the plans that changed, and tells the client. */
#ifndef GPUPLAN_LSP_REFRESH_H
#define GPUPLAN_LSP_REFRESH_H

#include "compiler/cli/lsp/server.h"

void scopes_refresh(struct server *server);

#endif
