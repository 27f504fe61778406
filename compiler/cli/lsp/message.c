#include "compiler/cli/lsp/message.h"

#include "compiler/base/utf8.h"

json_object *member(json_object *from, const char *path)
{
	while (from && *path) {
		size_t n = strcspn(path, ".");
		char name[64];
		json_object *next;

		if (n >= sizeof name || !json_object_is_type(from, json_type_object))
			return NULL;
		memcpy(name, path, n);
		name[n] = '\0';
		from = json_object_object_get_ex(from, name, &next) ? next : NULL;
		path += n + (path[n] == '.');
	}
	return from;
}

struct str member_text(json_object *from, const char *path)
{
	json_object *text = member(from, path);

	if (!json_object_is_type(text, json_type_string))
		return STR("");
	return (struct str){json_object_get_string(text), (size_t)json_object_get_string_len(text)};
}

bool member_is_text(json_object *from, const char *path)
{
	return json_object_is_type(member(from, path), json_type_string);
}

bool member_number(json_object *from, const char *path, uint32_t *out)
{
	json_object *number = member(from, path);
	int64_t n;

	if (!json_object_is_type(number, json_type_int))
		return false;
	n = json_object_get_int64(number);
	if (n < 0 || n > UINT32_MAX)
		return false;
	*out = (uint32_t)n;
	return true;
}

bool member_is_on(json_object *from, const char *path)
{
	json_object *flag = member(from, path);

	return json_object_is_type(flag, json_type_boolean) && json_object_get_boolean(flag);
}

bool member_lists(json_object *from, const char *path, const char *text)
{
	json_object *list = member(from, path);

	if (!json_object_is_type(list, json_type_array))
		return false;
	for (size_t i = 0; i < json_object_array_length(list); i++)
		if (str_is(member_text(json_object_array_get_idx(list, i), ""), text))
			return true;
	return false;
}

json_object *json_valid_text(struct arena *arena, struct str s)
{
	struct str valid = utf8_clean(arena, s);
	json_object *text = json_object_new_string_len(valid.n ? valid.p : "", (int)valid.n);

	if (!text)
		arena_oom();
	return text;
}

void json_put_any(json_object *map, const char *key, json_object *value)
{
	if (json_object_object_add(map, key, value))
		arena_oom();
}

json_object *json_position(uint32_t line, uint32_t character)
{
	json_object *o = json_map();

	json_put_number(o, "line", line);
	json_put_number(o, "character", character);
	return o;
}
