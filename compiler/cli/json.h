/* JSON on standard output. */
#ifndef GPUPLAN_CLI_JSON_H
#define GPUPLAN_CLI_JSON_H

#include "compiler/base/json.h"

/* Prints it and frees it. */
void json_print(json_object *top);

#endif
