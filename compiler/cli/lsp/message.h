/* Pieces of LSP's messages: read out of the client's JSON, which may hold anything, and made. */
#ifndef GPUPLAN_LSP_MESSAGE_H
#define GPUPLAN_LSP_MESSAGE_H

#include "compiler/cli/json.h"

/* "textDocument.uri": member by member; NULL where one is missing, or what holds it is no map. */
json_object *member(json_object *from, const char *path);
/* Empty where it is no text. The bytes live as long as the message. */
struct str member_text(json_object *from, const char *path);
bool member_is_text(json_object *from, const char *path);
/* false where it is no whole number from 0 to 2^32 - 1. */
bool member_number(json_object *from, const char *path, uint32_t *out);
bool member_is_on(json_object *from, const char *path);
/* A list of texts holds that one. */
bool member_lists(json_object *from, const char *path, const char *text);

/* The texts of a spec need not be UTF-8, those of a message must. */
json_object *json_valid_text(struct arena *arena, struct str s);
/* As json_put, for a key that is no literal (it is copied) or a value that may be null (NULL). */
void json_put_any(json_object *map, const char *key, json_object *value);
/* {"line": …, "character": …} */
json_object *json_position(uint32_t line, uint32_t character);

#endif
