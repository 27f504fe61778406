/* json-c for whoever writes JSON: a failed allocation ends the run, as everywhere.
 *
 * Keys are literals: they are not copied. What is put into a map or a list belongs to it. */
#ifndef GPUPLAN_JSON_H
#define GPUPLAN_JSON_H

#include <json-c/json.h>

#include "compiler/base/arena.h"

json_object *json_map(void);
json_object *json_list(void);
json_object *json_text(struct str s);
void json_put(json_object *map, const char *key, json_object *value);
/* The text must be UTF-8 (utf8_clean makes it so). */
void json_put_text(json_object *map, const char *key, struct str s);
void json_put_number(json_object *map, const char *key, uint64_t n);
void json_put_flag(json_object *map, const char *key, bool on);
void json_append(json_object *list, json_object *item);

/* On one line, or over several with each member on its own; the text lives as long as `top`. */
const char *json_line(json_object *top);
const char *json_pretty(json_object *top);

#endif
