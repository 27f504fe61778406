#include "schema/json_schema.h"

#include <assert.h>

#include "schema/reference.h"

static struct json *section_schema(struct arena *arena, const struct section *section,
				   bool profile);

static struct json *words_schema(struct arena *arena, const char *const *words)
{
	struct json *o = json_map(arena), *list = json_put_list(o, "enum");

	assert(words);
	for (size_t i = 0; words[i]; i++) {
		json_append_text(list, str_of(words[i]));
		/* YAML readers take the value of `uvm: true` for a boolean. */
		if (strcmp(words[i], "true") == 0 || strcmp(words[i], "false") == 0)
			json_append_flag(list, words[i][0] == 't');
	}
	return o;
}

/* A schema for a text, and for the types that a YAML reader may take it for. */
static struct json *pattern_schema(struct arena *arena, enum grammar grammar)
{
	struct json *o = json_map(arena), *types = json_put_list(o, "type");

	json_append_text(types, str_of("string"));
	if (grammar_reads_as(grammar) & READS_AS_NUMBER)
		json_append_text(types, str_of("number"));
	if (grammar_reads_as(grammar) & READS_AS_BOOLEAN)
		json_append_text(types, str_of("boolean"));
	json_put_text(o, "pattern", str_of(grammar_pattern(grammar)));
	if (grammar_reads_as(grammar) & READS_AS_NUMBER)
		json_put_number(o, "minimum", 0);
	return o;
}

static struct json *number_schema(struct arena *arena, const struct key *key)
{
	struct json *o = json_map(arena), *types = json_put_list(o, "type");

	json_append_text(types, str_of("integer"));
	json_append_text(types, str_of("string"));
	json_put_number(o, "minimum", key->min);
	json_put_number(o, "maximum", key->max);
	json_put_text(o, "pattern", str_of(grammar_pattern(GRAMMAR_INTEGER)));
	return o;
}

static struct json *type_schema(struct arena *arena, const struct key *key, enum key_type type,
				bool profile);

static struct json *list_schema(struct arena *arena, const struct key *key)
{
	struct json *o = json_map(arena);
	struct key item = *key;

	item.words = NULL;
	json_put_text(o, "type", STR("array"));
	json_put(o, "items", type_schema(arena, &item, key->item, false));
	/* `min` and `max` of a list of numbers apply to its items. */
	if (key->min)
		json_put_number(o, "minItems", key->item == KEY_NUMBER ? 1 : key->min);
	if (key->max && key->item != KEY_NUMBER)
		json_put_number(o, "maxItems", key->max);
	return o;
}

static struct json *either(struct arena *arena, struct json *one, struct json *other)
{
	struct json *o = json_map(arena), *any = json_put_list(o, "anyOf");

	json_append(any, one);
	json_append(any, other);
	return o;
}

static struct json *null_schema(struct arena *arena)
{
	struct json *o = json_map(arena);

	json_put_text(o, "type", STR("null"));
	return o;
}

static struct json *named_schema(struct arena *arena, const struct key *key)
{
	bool profile = strstr(key->name, "profiles") != NULL;
	struct json *o = json_map(arena), *names = json_map(arena),
		    *entry = section_schema(arena, key->section, profile);

	json_put_text(o, "type", STR("object"));
	json_put_text(names, "pattern", str_of(grammar_pattern(key->grammar)));
	json_put(o, "propertyNames", names);
	/* Profiles may be empty, since no key in them is required. */
	json_put(o, "additionalProperties",
		 profile ? either(arena, null_schema(arena), entry) : entry);
	if (key->min)
		json_put_number(o, "minProperties", key->min);
	if (key->max)
		json_put_number(o, "maxProperties", key->max);
	return o;
}

static struct json *params_schema(struct arena *arena, const struct key *key)
{
	struct json *o = json_map(arena), *names = json_map(arena);

	json_put_text(o, "type", STR("object"));
	json_put_text(names, "pattern", str_of(grammar_pattern(key->grammar)));
	json_put(o, "propertyNames", names);
	json_put(o, "additionalProperties", pattern_schema(arena, GRAMMAR_ANY));
	return o;
}

/* A schema for a map of the section, or for the value of its shorthand key. */
static struct json *map_schema(struct arena *arena, const struct section *section, bool profile)
{
	const struct key *only = section->shorthand
					 ? section_key(section, str_of(section->shorthand))
					 : NULL;

	if (!only)
		return section_schema(arena, section, profile);
	return either(arena, type_schema(arena, only, only->type, false),
		      section_schema(arena, section, profile));
}

static struct json *type_schema(struct arena *arena, const struct key *key, enum key_type type,
				bool profile)
{
	static const char *const booleans[] = {"true", "false", NULL};

	switch (type) {
	case KEY_FLAG:
		return words_schema(arena, booleans);
	case KEY_NUMBER:
		return number_schema(arena, key);
	case KEY_SIZE:
		return pattern_schema(arena, GRAMMAR_SIZE);
	case KEY_WORD:
		return words_schema(arena, key->words);
	case KEY_TEXT:
		return pattern_schema(arena, key->grammar);
	case KEY_ADDRESS:
		return pattern_schema(arena, GRAMMAR_PCI);
	case KEY_UUID:
		return pattern_schema(arena, GRAMMAR_UUID);
	case KEY_MAC:
		return pattern_schema(arena, GRAMMAR_MAC);
	case KEY_VERSION:
		return pattern_schema(arena, GRAMMAR_VERSION);
	case KEY_ESXI:
		return pattern_schema(arena, GRAMMAR_ESXI);
	case KEY_MAP:
		return map_schema(arena, key->section, profile);
	case KEY_LIST:
		return list_schema(arena, key);
	case KEY_NAMED:
		return named_schema(arena, key);
	case KEY_PARAMS:
		return params_schema(arena, key);
	}
	return NULL;
}

static struct str description(struct arena *arena, const struct key *key)
{
	struct buffer text;

	buffer_init(&text, arena);
	if (key->needs)
		buffer_printf(&text, "*%s only.* ", platform_with(key->needs)->word);
	reference_doc(&text, key);
	return buffer_text(&text);
}

static void put_default(struct json *o, const struct key *key)
{
	if (key->type == KEY_FLAG)
		json_put_flag(o, "default", key->fallback == KEY_TRUE);
	else if (key_default(key))
		json_put_text(o, "default", str_of(key_default(key)));
}

static struct json *key_schema(struct arena *arena, const struct key *key, bool profile)
{
	struct json *o = type_schema(arena, key, key->type, profile);

	if (key->words && key->type != KEY_WORD)
		o = either(arena, words_schema(arena, key->words), o);
	if (key->flags & KEY_NULL)
		o = either(arena, null_schema(arena), o);
	json_put_text(o, "description", description(arena, key));
	if (key_default(key))
		put_default(o, key);
	return o;
}

/* Keys that a profile may give are required only of a host or VM without a profile. */
static void put_required(struct json *o, const struct section *section)
{
	struct json *always = json_put_list(o, "required"), *alone = NULL, *list;

	if (section_key(section, STR("profile"))) {
		list = json_put_list(json_put_map(json_put_map(o, "if"), "not"), "required");
		json_append_text(list, STR("profile"));
		alone = json_put_list(json_put_map(o, "then"), "required");
	}
	for (size_t i = 0; i < section->n; i++) {
		const struct key *key = &section->keys[i];

		if (key->flags & KEY_REQUIRED)
			json_append_text(alone && !(key->flags & KEY_OWN) ? alone : always,
					 str_of(key->name));
	}
}

/* Requires exactly one of two keys. */
static void put_either(struct json *o, const char *const *keys)
{
	struct json *one_of = json_put_list(o, "oneOf");

	for (size_t i = 0; i < 2; i++)
		json_append_text(json_put_list(json_append_map(one_of), "required"),
				 str_of(keys[i]));
}

static struct json *section_schema(struct arena *arena, const struct section *section, bool profile)
{
	struct json *o = json_map(arena), *properties;

	json_put_text(o, "type", STR("object"));
	json_put_text(o, "description", str_of(section->doc));
	properties = json_put_map(o, "properties");
	for (size_t i = 0; i < section->n; i++)
		if (!profile || !(section->keys[i].flags & KEY_OWN))
			json_put(properties, section->keys[i].name,
				 key_schema(arena, &section->keys[i], profile));
	json_put_flag(o, "additionalProperties", false);
	if (section->either[0])
		put_either(o, section->either);
	if (!profile)
		put_required(o, section);
	return o;
}

struct json *json_schema(struct arena *arena)
{
	struct json *o = section_schema(arena, &document_section, false);

	json_put_text(o, "$schema", STR("https://json-schema.org/draft/2020-12/schema"));
	json_put_text(o, "title", STR("gpuplan spec, version 1"));
	return o;
}
