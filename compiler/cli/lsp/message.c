#include "compiler/cli/lsp/message.h"

const struct json *member(const struct json *from, const char *path)
{
	while (from && *path) {
		size_t n = strcspn(path, ".");
		char name[64];

		if (n >= sizeof name)
			return NULL;
		memcpy(name, path, n);
		name[n] = '\0';
		from = json_member(from, name);
		path += n + (path[n] == '.');
	}
	return json_is(from, JSON_NULL) ? NULL : from;
}

struct str member_text(const struct json *from, const char *path)
{
	const struct json *text = member(from, path);

	return json_is(text, JSON_TEXT) ? text->text : STR("");
}

bool member_is_text(const struct json *from, const char *path)
{
	return json_is(member(from, path), JSON_TEXT);
}

bool member_number(const struct json *from, const char *path, uint32_t *out)
{
	uint64_t n;

	if (!json_number(member(from, path), UINT32_MAX, &n))
		return false;
	*out = (uint32_t)n;
	return true;
}

bool member_is_on(const struct json *from, const char *path)
{
	const struct json *flag = member(from, path);

	return flag && json_is(flag, JSON_FLAG) && flag->flag;
}

bool member_lists(const struct json *from, const char *path, const char *text)
{
	for (const struct json *item = json_first(member(from, path)); item; item = item->next)
		if (str_is(member_text(item, ""), text))
			return true;
	return false;
}

struct json *json_position(struct arena *arena, uint32_t line, uint32_t character)
{
	struct json *o = json_map(arena);

	json_put_number(o, "line", line);
	json_put_number(o, "character", character);
	return o;
}
