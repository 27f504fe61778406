/* The methods of LSP that the server knows, one function each; dispatch.c has their table. `params`
 * may be NULL, or anything. */
#ifndef GPUPLAN_LSP_METHODS_H
#define GPUPLAN_LSP_METHODS_H

#include "compiler/cli/lsp/server.h"

/* --- requests; NULL answers null --- */

struct json *answer_initialize(struct server *server, const struct json *params);
struct json *answer_shutdown(struct server *server, const struct json *params);
struct json *answer_completion(struct server *server, const struct json *params);
struct json *answer_hover(struct server *server, const struct json *params);
struct json *answer_definition(struct server *server, const struct json *params);
struct json *answer_code_actions(struct server *server, const struct json *params);
struct json *answer_symbols(struct server *server, const struct json *params);

/* --- notifications --- */

void on_initialized(struct server *server, const struct json *params);
void on_open(struct server *server, const struct json *params);
void on_change(struct server *server, const struct json *params);
void on_close(struct server *server, const struct json *params);
void on_files(struct server *server, const struct json *params);
void on_folders(struct server *server, const struct json *params);

#endif
