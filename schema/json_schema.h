/* The key tables as a JSON Schema (2020-12). */
#ifndef GPUPLAN_JSON_SCHEMA_H
#define GPUPLAN_JSON_SCHEMA_H

#include "compiler/base/json.h"

/* Returns the schema of a document, allocated in the arena.
 *
 * It works with all schemas of YAML 1.2: since the key determines the type of a value such as `64`,
 * `true` or `8.0`, a number, a boolean and a text of the same spelling are all valid. */
struct json *json_schema(struct arena *arena);

#endif
