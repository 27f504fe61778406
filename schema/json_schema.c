#include "schema/json_schema.h"

#include <setjmp.h>

#include "schema/reference.h"

/* json-c says by NULL or a status that memory is out; one way out serves them all. */
static jmp_buf out_of_memory;

static json_object *made(json_object *o)
{
	if (!o)
		longjmp(out_of_memory, 1);
	return o;
}

static json_object *text(const char *s)
{
	return made(json_object_new_string(s));
}

static void put(json_object *o, const char *key, json_object *value)
{
	if (json_object_object_add(o, key, made(value)))
		longjmp(out_of_memory, 1);
}

static void append(json_object *list, json_object *item)
{
	if (json_object_array_add(list, made(item)))
		longjmp(out_of_memory, 1);
}

static json_object *object(void)
{
	return made(json_object_new_object());
}

static json_object *section_schema(struct arena *arena, const struct section *section,
				   bool profile);

static json_object *words_schema(const char *const *words)
{
	json_object *o = object(), *list = made(json_object_new_array());

	for (size_t i = 0; words[i]; i++) {
		append(list, text(words[i]));
		/* `uvm: true` is a boolean to a YAML reader. */
		if (strcmp(words[i], "true") == 0 || strcmp(words[i], "false") == 0)
			append(list, json_object_new_boolean(words[i][0] == 't'));
	}
	put(o, "enum", list);
	return o;
}

/* A text, or what a YAML reader may have taken it for. */
static json_object *pattern_schema(enum grammar grammar)
{
	json_object *o = object(), *types = made(json_object_new_array());

	append(types, text("string"));
	if (grammar_reads_as(grammar) & READS_AS_NUMBER)
		append(types, text("number"));
	if (grammar_reads_as(grammar) & READS_AS_BOOLEAN)
		append(types, text("boolean"));
	put(o, "type", types);
	put(o, "pattern", text(grammar_pattern(grammar)));
	if (grammar_reads_as(grammar) & READS_AS_NUMBER)
		put(o, "minimum", json_object_new_int(0));
	return o;
}

static json_object *number_schema(const struct key *key)
{
	json_object *o = object(), *types = made(json_object_new_array());

	append(types, text("integer"));
	append(types, text("string"));
	put(o, "type", types);
	put(o, "minimum", json_object_new_uint64(key->min));
	put(o, "maximum", json_object_new_uint64(key->max));
	put(o, "pattern", text(grammar_pattern(GRAMMAR_INTEGER)));
	return o;
}

static json_object *type_schema(struct arena *arena, const struct key *key, enum key_type type,
				bool profile);

static json_object *list_schema(struct arena *arena, const struct key *key)
{
	json_object *o = object();
	struct key item = *key;

	item.words = NULL;
	put(o, "type", text("array"));
	put(o, "items", type_schema(arena, &item, key->item, false));
	/* Of a list of numbers `min` and `max` are those of its items. */
	if (key->min)
		put(o, "minItems", json_object_new_uint64(key->item == KEY_NUMBER ? 1 : key->min));
	if (key->max && key->item != KEY_NUMBER)
		put(o, "maxItems", json_object_new_uint64(key->max));
	return o;
}

static json_object *either(json_object *one, json_object *other)
{
	json_object *o = object(), *any = made(json_object_new_array());

	append(any, one);
	append(any, other);
	put(o, "anyOf", any);
	return o;
}

static json_object *null_schema(void)
{
	json_object *o = object();

	put(o, "type", text("null"));
	return o;
}

static json_object *named_schema(struct arena *arena, const struct key *key)
{
	bool profile = strstr(key->name, "profiles") != NULL;
	json_object *o = object(), *names = object(),
		    *entry = section_schema(arena, key->section, profile);

	put(o, "type", text("object"));
	put(names, "pattern", text(grammar_pattern(key->grammar)));
	put(o, "propertyNames", names);
	/* A profile may be empty: nothing in it is required. */
	put(o, "additionalProperties", profile ? either(null_schema(), entry) : entry);
	if (key->min)
		put(o, "minProperties", json_object_new_uint64(key->min));
	if (key->max)
		put(o, "maxProperties", json_object_new_uint64(key->max));
	return o;
}

static json_object *params_schema(const struct key *key)
{
	json_object *o = object(), *names = object();

	put(o, "type", text("object"));
	put(names, "pattern", text(grammar_pattern(key->grammar)));
	put(o, "propertyNames", names);
	put(o, "additionalProperties", pattern_schema(GRAMMAR_ANY));
	return o;
}

/* A map of the section, or what its shorthand key takes. */
static json_object *map_schema(struct arena *arena, const struct section *section, bool profile)
{
	const struct key *only = section->shorthand
					 ? section_key(section, str_of(section->shorthand))
					 : NULL;

	if (!only)
		return section_schema(arena, section, profile);
	return either(type_schema(arena, only, only->type, false),
		      section_schema(arena, section, profile));
}

static json_object *type_schema(struct arena *arena, const struct key *key, enum key_type type,
				bool profile)
{
	static const char *const booleans[] = {"true", "false", NULL};

	switch (type) {
	case KEY_FLAG:
		return words_schema(booleans);
	case KEY_NUMBER:
		return number_schema(key);
	case KEY_SIZE:
		return pattern_schema(GRAMMAR_SIZE);
	case KEY_WORD:
		return words_schema(key->words);
	case KEY_TEXT:
		return pattern_schema(key->grammar);
	case KEY_ADDRESS:
		return pattern_schema(GRAMMAR_PCI);
	case KEY_UUID:
		return pattern_schema(GRAMMAR_UUID);
	case KEY_MAC:
		return pattern_schema(GRAMMAR_MAC);
	case KEY_VERSION:
		return pattern_schema(GRAMMAR_VERSION);
	case KEY_ESXI:
		return pattern_schema(GRAMMAR_ESXI);
	case KEY_MAP:
		return map_schema(arena, key->section, profile);
	case KEY_LIST:
		return list_schema(arena, key);
	case KEY_NAMED:
		return named_schema(arena, key);
	case KEY_PARAMS:
		return params_schema(key);
	}
	return NULL;
}

static const char *description(struct arena *arena, const struct key *key)
{
	struct buffer text;

	buffer_init(&text, arena);
	if (key->needs)
		buffer_printf(&text, "*%s only.* ", capability_word(key->needs));
	reference_doc(&text, key);
	return text.p;
}

static json_object *default_schema(const struct key *key)
{
	return key->type == KEY_FLAG ? json_object_new_boolean(key->fallback == KEY_TRUE)
				     : text(key_default(key));
}

static json_object *key_schema(struct arena *arena, const struct key *key, bool profile)
{
	json_object *o = type_schema(arena, key, key->type, profile);

	if (key->words && key->type != KEY_WORD)
		o = either(words_schema(key->words), o);
	if (key->flags & KEY_NULL)
		o = either(null_schema(), o);
	put(o, "description", text(description(arena, key)));
	if (key_default(key))
		put(o, "default", default_schema(key));
	return o;
}

/* What a profile may give is not required of a host or VM that has one. */
static void put_required(json_object *o, const struct section *section)
{
	json_object *always = made(json_object_new_array()), *alone = made(json_object_new_array());
	bool has_profile = section_key(section, STR("profile")) != NULL;

	for (size_t i = 0; i < section->n; i++) {
		const struct key *key = &section->keys[i];

		if (!(key->flags & KEY_REQUIRED))
			continue;
		append(has_profile && !(key->flags & KEY_OWN) ? alone : always, text(key->name));
	}
	put(o, "required", always);
	if (has_profile) {
		json_object *lacks = object(), *no = object(),
			    *list = made(json_object_new_array()), *then = object();

		append(list, text("profile"));
		put(no, "required", list);
		put(lacks, "not", no);
		put(then, "required", alone);
		put(o, "if", lacks);
		put(o, "then", then);
	} else {
		json_object_put(alone);
	}
}

/* Exactly one of two keys. */
static void put_either(json_object *o, const char *const *keys)
{
	json_object *one_of = made(json_object_new_array());

	for (size_t i = 0; i < 2; i++) {
		json_object *has = object(), *list = made(json_object_new_array());

		append(list, text(keys[i]));
		put(has, "required", list);
		append(one_of, has);
	}
	put(o, "oneOf", one_of);
}

static json_object *section_schema(struct arena *arena, const struct section *section, bool profile)
{
	json_object *o = object(), *properties = object();

	put(o, "type", text("object"));
	put(o, "description", text(section->doc));
	for (size_t i = 0; i < section->n; i++)
		if (!profile || !(section->keys[i].flags & KEY_OWN))
			put(properties, section->keys[i].name,
			    key_schema(arena, &section->keys[i], profile));
	put(o, "properties", properties);
	put(o, "additionalProperties", json_object_new_boolean(false));
	if (section->either[0])
		put_either(o, section->either);
	if (!profile)
		put_required(o, section);
	return o;
}

json_object *json_schema(struct arena *arena)
{
	json_object *o;

	if (setjmp(out_of_memory))
		return NULL;
	o = section_schema(arena, &document_section, false);
	put(o, "$schema", text("https://json-schema.org/draft/2020-12/schema"));
	put(o, "title", text("gpuplan spec, version 1"));
	return o;
}
