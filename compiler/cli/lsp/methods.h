/* The methods of LSP that the server knows, one function each; dispatch.c has their table. `params`
 * may be NULL or anything. */
#ifndef GPUPLAN_LSP_METHODS_H
#define GPUPLAN_LSP_METHODS_H

#include "compiler/cli/lsp/server.h"

/* --- requests: NULL is the answer null --- */

json_object *answer_initialize(struct server *server, json_object *params);
json_object *answer_shutdown(struct server *server, json_object *params);
json_object *answer_completion(struct server *server, json_object *params);
json_object *answer_hover(struct server *server, json_object *params);
json_object *answer_definition(struct server *server, json_object *params);
json_object *answer_code_actions(struct server *server, json_object *params);
json_object *answer_symbols(struct server *server, json_object *params);

/* --- notifications --- */

void on_initialized(struct server *server, json_object *params);
void on_open(struct server *server, json_object *params);
void on_change(struct server *server, json_object *params);
void on_close(struct server *server, json_object *params);
void on_files(struct server *server, json_object *params);
void on_folders(struct server *server, json_object *params);

#endif
