/* json-c for the commands: a failed allocation ends the run, as everywhere. */
#ifndef GPUPLAN_CLI_JSON_H
#define GPUPLAN_CLI_JSON_H

#include <json-c/json.h>

#include "compiler/arena.h"

json_object *json_map(void);
json_object *json_list(void);
void json_put(json_object *map, const char *key, json_object *value);
void json_put_text(json_object *map, const char *key, struct str s);
void json_put_number(json_object *map, const char *key, uint64_t n);
void json_put_flag(json_object *map, const char *key, bool on);
void json_append(json_object *list, json_object *item);
/* Prints it to standard output and frees it. */
void json_print(json_object *top);

#endif
