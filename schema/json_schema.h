/* The key tables as a JSON Schema (2020-12). */
#ifndef GPUPLAN_JSON_SCHEMA_H
#define GPUPLAN_JSON_SCHEMA_H

#include "compiler/base/json.h"

/* The schema of one document, in the arena.
 *
 * It holds for YAML read with any of YAML 1.2's schemas: where a value's key types it (`64`,
 * `true`, `8.0`), a number, a boolean and a text of the same spelling are all taken. */
struct json *json_schema(struct arena *arena);

#endif
