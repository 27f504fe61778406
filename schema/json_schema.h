/* The key tables as a JSON Schema (2020-12). */
#ifndef GPUPLAN_JSON_SCHEMA_H
#define GPUPLAN_JSON_SCHEMA_H

#include <json-c/json.h>

#include "compiler/base/arena.h"

/* The schema of one document. Owned by the caller (json_object_put); NULL: out of memory. The
 * arena is for what is only needed while it is made.
 *
 * It holds for YAML read with any of YAML 1.2's schemas: where a value's key types it (`64`,
 * `true`, `8.0`), a number, a boolean and a text of the same spelling are all taken. */
json_object *json_schema(struct arena *arena);

#endif
