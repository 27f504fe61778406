#include "compiler/base/json.h"

#include <inttypes.h>

/* --- making --- */

static struct json *make(struct arena *arena, enum json_type type)
{
	struct json *value = arena_alloc(arena, sizeof *value);

	value->type = type;
	if (type == JSON_LIST || type == JSON_MAP)
		value->arena = arena;
	return value;
}

struct json *json_map(struct arena *arena)
{
	return make(arena, JSON_MAP);
}

struct json *json_list(struct arena *arena)
{
	return make(arena, JSON_LIST);
}

struct json *json_text(struct arena *arena, struct str s)
{
	struct json *value = make(arena, JSON_TEXT);

	value->text = arena_copy(arena, s);
	return value;
}

struct json *json_copy(struct arena *arena, const struct json *value)
{
	struct json *copy = make(arena, JSON_NULL);

	if (value)
		*copy = *value;
	copy->next = NULL;
	return copy;
}

void json_append(struct json *list, struct json *item)
{
	if (list->last)
		list->last->next = item;
	else
		list->first = item;
	list->last = item;
}

void json_put(struct json *map, const char *key, struct json *value)
{
	if (!value)
		value = make(map->arena, JSON_NULL);
	value->key = str_of(key);
	json_append(map, value);
}

static struct json *number(struct arena *arena, struct str digits)
{
	struct json *value = make(arena, JSON_NUMBER);

	value->text = digits;
	return value;
}

static struct json *flag(struct arena *arena, bool on)
{
	struct json *value = make(arena, JSON_FLAG);

	value->flag = on;
	return value;
}

void json_put_text(struct json *map, const char *key, struct str s)
{
	json_put(map, key, json_text(map->arena, s));
}

void json_put_number(struct json *map, const char *key, uint64_t n)
{
	json_put(map, key, number(map->arena, arena_printf(map->arena, "%" PRIu64, n)));
}

void json_put_int(struct json *map, const char *key, int64_t n)
{
	json_put(map, key, number(map->arena, arena_printf(map->arena, "%" PRId64, n)));
}

void json_put_flag(struct json *map, const char *key, bool on)
{
	json_put(map, key, flag(map->arena, on));
}

void json_append_text(struct json *list, struct str s)
{
	json_append(list, json_text(list->arena, s));
}

void json_append_number(struct json *list, uint64_t n)
{
	json_append(list, number(list->arena, arena_printf(list->arena, "%" PRIu64, n)));
}

void json_append_flag(struct json *list, bool on)
{
	json_append(list, flag(list->arena, on));
}

struct json *json_put_map(struct json *map, const char *key)
{
	struct json *value = json_map(map->arena);

	json_put(map, key, value);
	return value;
}

struct json *json_put_list(struct json *map, const char *key)
{
	struct json *value = json_list(map->arena);

	json_put(map, key, value);
	return value;
}

struct json *json_append_map(struct json *list)
{
	struct json *value = json_map(list->arena);

	json_append(list, value);
	return value;
}

/* --- looking --- */

bool json_is(const struct json *value, enum json_type type)
{
	return value && value->type == type;
}

struct json *json_first(const struct json *list)
{
	return json_is(list, JSON_LIST) || json_is(list, JSON_MAP) ? list->first : NULL;
}

struct json *json_member(const struct json *map, const char *key)
{
	struct json *found = NULL;

	for (struct json *m = json_is(map, JSON_MAP) ? map->first : NULL; m; m = m->next)
		if (str_is(m->key, key))
			found = m;
	return found;
}

bool json_number(const struct json *value, uint64_t max, uint64_t *out)
{
	uint64_t n = 0;

	if (!json_is(value, JSON_NUMBER))
		return false;
	for (size_t i = 0; i < value->text.n; i++) {
		unsigned digit = (unsigned)(value->text.p[i] - '0');

		if (digit > 9 || __builtin_mul_overflow(n, 10, &n) ||
		    __builtin_add_overflow(n, digit, &n) || n > max)
			return false;
	}
	*out = n;
	return true;
}
