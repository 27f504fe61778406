#include "compiler/base/json.h"

static json_object *made(json_object *o)
{
	if (!o)
		arena_oom();
	return o;
}

json_object *json_map(void)
{
	return made(json_object_new_object());
}

json_object *json_list(void)
{
	return made(json_object_new_array());
}

json_object *json_text(struct str s)
{
	return made(json_object_new_string_len(s.n ? s.p : "", (int)s.n));
}

void json_put(json_object *map, const char *key, json_object *value)
{
	if (json_object_object_add_ex(map, key, made(value), JSON_C_OBJECT_ADD_CONSTANT_KEY))
		arena_oom();
}

void json_put_text(json_object *map, const char *key, struct str s)
{
	json_put(map, key, json_text(s));
}

void json_put_number(json_object *map, const char *key, uint64_t n)
{
	json_put(map, key, json_object_new_uint64(n));
}

void json_put_flag(json_object *map, const char *key, bool on)
{
	json_put(map, key, json_object_new_boolean(on));
}

void json_append(json_object *list, json_object *item)
{
	if (json_object_array_add(list, made(item)))
		arena_oom();
}

static const char *print(json_object *top, int flags)
{
	const char *text = json_object_to_json_string_ext(
		top, flags | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE);

	if (!text)
		arena_oom();
	return text;
}

const char *json_line(json_object *top)
{
	return print(top, 0);
}

const char *json_pretty(json_object *top)
{
	return print(top, JSON_C_TO_STRING_PRETTY);
}
