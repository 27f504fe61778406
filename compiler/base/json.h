/* JSON: a tree in an arena, which is written into a buffer or was read from a text.
 *
 *     struct json *top = json_map(arena), *names;
 *
 *     json_put_number(top, "version", 1);
 *     names = json_put_list(top, "names");
 *     json_append(names, json_text(arena, STR("a")));
 *     json_write(&out, top, JSON_LINE);        // { "version": 1, "names": [ "a" ] }
 *
 * All of a tree lives in one arena. Texts are copied into it, keys are not: most are literals. A
 * value is in one list or map only; json_copy() makes another one. What is written is always UTF-8:
 * a byte of a text that is no character becomes U+FFFD. */
#ifndef GPUPLAN_JSON_H
#define GPUPLAN_JSON_H

#include <stdio.h>

#include "compiler/base/buffer.h"

enum json_type { JSON_NULL, JSON_FLAG, JSON_NUMBER, JSON_TEXT, JSON_LIST, JSON_MAP };

struct json {
	enum json_type type;
	bool flag;
	struct str key;	   /* in a map */
	struct json *next; /* in its list or map */
	union {
		struct str text; /* a number's as it is written */
		struct {
			struct json *first, *last;
			struct arena *arena;
		};
	};
};

struct json *json_map(struct arena *arena);
struct json *json_list(struct arena *arena);
struct json *json_text(struct arena *arena, struct str s);
/* For another place; what a list or map holds is shared. NULL: null. */
struct json *json_copy(struct arena *arena, const struct json *value);

/* Appends a member, even if the map has the key already. NULL is null. */
void json_put(struct json *map, const char *key, struct json *value);
void json_put_text(struct json *map, const char *key, struct str s);
void json_put_number(struct json *map, const char *key, uint64_t n);
void json_put_int(struct json *map, const char *key, int64_t n);
void json_put_flag(struct json *map, const char *key, bool on);
void json_append(struct json *list, struct json *item);
void json_append_text(struct json *list, struct str s);
void json_append_number(struct json *list, uint64_t n);
void json_append_flag(struct json *list, bool on);
/* Put and append what is still empty, and return it. */
struct json *json_put_map(struct json *map, const char *key);
struct json *json_put_list(struct json *map, const char *key);
struct json *json_append_map(struct json *list);

enum json_form {
	JSON_PLAIN,  /* {"a":[1,2]} */
	JSON_LINE,   /* { "a": [ 1, 2 ] } */
	JSON_PRETTY, /* each member on a line of its own */
};

void json_write(struct buffer *out, const struct json *top, enum json_form form);
/* A list or map, onto a stream. */
void json_print(FILE *out, const struct json *top, enum json_form form);

/* The text's one value; NULL with what is wrong, and where, if it is none or `depth` lists and maps
 * lie in each other. `why` is a literal. A map's keys may repeat. */
struct json *json_read(struct arena *arena, struct str text, unsigned depth, const char **why,
		       size_t *at);

/* All of them accept NULL for an absent value. */
bool json_is(const struct json *value, enum json_type type);
/* The last one of that key; NULL: there is none, or it is no map. */
struct json *json_member(const struct json *map, const char *key);
/* Of a list or map; NULL where it is empty, or something else. */
struct json *json_first(const struct json *list);
/* False where it is no whole number from 0 to `max`. */
bool json_number(const struct json *value, uint64_t max, uint64_t *out);

#endif
