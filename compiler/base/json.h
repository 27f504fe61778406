/* JSON: trees that are read from a text, or built and written to a buffer.
 *
 *     struct json *top = json_map(arena), *names;
 *
 *     json_put_number(top, "version", 1);
 *     names = json_put_list(top, "names");
 *     json_append(names, json_text(arena, STR("a")));
 *     json_write(&out, top, JSON_LINE);        // { "version": 1, "names": [ "a" ] }
 *
 * A tree lives in one arena. Texts are copied into it; keys are not, since most are literals. A
 * value belongs to at most one list or map; use json_copy() for a second one. Output is always
 * UTF-8: invalid bytes become U+FFFD. */
#ifndef GPUPLAN_JSON_H
#define GPUPLAN_JSON_H

#include <stdio.h>

#include "compiler/base/buffer.h"

enum json_type { JSON_NULL, JSON_FLAG, JSON_NUMBER, JSON_TEXT, JSON_LIST, JSON_MAP };

struct json {
	enum json_type type;
	bool flag;
	struct str key;	   /* as a member of a map */
	struct json *next; /* sibling in its list or map */
	union {
		struct str text; /* also of a number, as written */
		struct {
			struct json *first, *last;
			struct arena *arena;
		};
	};
};

struct json *json_map(struct arena *arena);
struct json *json_list(struct arena *arena);
struct json *json_text(struct arena *arena, struct str s);
/* Copies a value for another place. Members of a list or map are shared. NULL becomes null. */
struct json *json_copy(struct arena *arena, const struct json *value);

/* Appends a member without looking for a duplicate key. A NULL value becomes null. */
void json_put(struct json *map, const char *key, struct json *value);
void json_put_text(struct json *map, const char *key, struct str s);
void json_put_number(struct json *map, const char *key, uint64_t n);
void json_put_int(struct json *map, const char *key, int64_t n);
void json_put_flag(struct json *map, const char *key, bool on);
void json_append(struct json *list, struct json *item);
void json_append_text(struct json *list, struct str s);
void json_append_number(struct json *list, uint64_t n);
void json_append_flag(struct json *list, bool on);
/* These add an empty map or list and return it. */
struct json *json_put_map(struct json *map, const char *key);
struct json *json_put_list(struct json *map, const char *key);
struct json *json_append_map(struct json *list);

enum json_form {
	JSON_PLAIN,  /* {"a":[1,2]} */
	JSON_LINE,   /* { "a": [ 1, 2 ] } */
	JSON_PRETTY, /* one member per line */
};

void json_write(struct buffer *out, const struct json *top, enum json_form form);
/* Writes a list or map to a stream. */
void json_print(FILE *out, const struct json *top, enum json_form form);

/* Reads a text that is one value. On a syntax error, or if lists and maps nest deeper than `depth`,
 * returns NULL and sets *why, a literal, and *at, an offset into the text. Keys of a map may
 * repeat. */
struct json *json_read(struct arena *arena, struct str text, unsigned depth, const char **why,
		       size_t *at);

/* These accept NULL for an absent value. */
bool json_is(const struct json *value, enum json_type type);
/* The last member with that key, or NULL if there is none or this is not a map. */
struct json *json_member(const struct json *map, const char *key);
/* The first member of a list or map; NULL if it is empty or anything else. */
struct json *json_first(const struct json *list);
/* False unless it is a whole number from 0 to `max`. */
bool json_number(const struct json *value, uint64_t max, uint64_t *out);

#endif
