/* Pieces of LSP's messages. The client's JSON may hold anything. */
#ifndef GPUPLAN_LSP_MESSAGE_H
#define GPUPLAN_LSP_MESSAGE_H

#include "compiler/base/json.h"

/* "textDocument.uri": member by member; NULL where one is missing or null, or its parent is not
 * a map. */
const struct json *member(const struct json *from, const char *path);
/* Empty unless it is a text. The bytes live as long as the message. */
struct str member_text(const struct json *from, const char *path);
bool member_is_text(const struct json *from, const char *path);
/* false unless it is a whole number from 0 to 2^32 - 1. */
bool member_number(const struct json *from, const char *path, uint32_t *out);
bool member_is_on(const struct json *from, const char *path);
/* The list of texts contains that one. */
bool member_lists(const struct json *from, const char *path, const char *text);

/* {"line": …, "character": …} */
struct json *json_position(struct arena *arena, uint32_t line, uint32_t character);

#endif
