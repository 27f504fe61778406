#include "schema/keys.h"

#include "schema/nearest.h"

static const size_t sizes[] = {
	[KEY_FLAG] = sizeof(struct flag),	[KEY_NUMBER] = sizeof(struct number),
	[KEY_SIZE] = sizeof(struct number),	[KEY_WORD] = sizeof(struct word),
	[KEY_TEXT] = sizeof(struct text),	[KEY_ADDRESS] = sizeof(struct address),
	[KEY_UUID] = sizeof(struct uuid),	[KEY_MAC] = sizeof(struct mac),
	[KEY_VERSION] = sizeof(struct version), [KEY_ESXI] = sizeof(struct version),
	[KEY_LIST] = sizeof(struct list),	[KEY_NAMED] = sizeof(struct list),
	[KEY_PARAMS] = sizeof(struct list),
};

_Static_assert(sizeof(struct list) == sizeof(text_list) &&
		       offsetof(struct list, items) == offsetof(text_list, items),
	       "every list has the layout of struct list");

size_t key_size(const struct key *key)
{
	return key->type == KEY_MAP ? key->section->size : sizes[key->type];
}

size_t key_item_size(const struct key *key)
{
	if (key->type == KEY_PARAMS)
		return sizeof(struct param);
	if (key->type == KEY_NAMED || key->item == KEY_MAP)
		return key->section->size;
	return sizes[key->item];
}

bool key_broken(const struct section *section, uint64_t broken, size_t offset)
{
	if (!broken)
		return false;
	for (size_t i = 0; i < section->n; i++)
		if (section->keys[i].offset == offset)
			return broken >> i & 1;
	return false;
}

void section_defaults(const struct section *section, void *out)
{
	for (size_t i = 0; i < section->n; i++) {
		const struct key *key = &section->keys[i];
		void *field = (char *)out + key->offset;

		if (!key->fallback)
			continue;
		if (key->type == KEY_WORD)
			((struct word *)field)->is = key->fallback;
		else if (key->type == KEY_LIST)
			((struct list *)field)->word = key->fallback;
		else if (key->type == KEY_FLAG)
			((struct flag *)field)->on = key->fallback == KEY_TRUE;
		/* An absent size is 0 already, which stands for its word. */
	}
}

const char *key_default(const struct key *key)
{
	static const char *const flags[] = {"false", "true"};

	if (!key->fallback)
		return NULL;
	return (key->type == KEY_FLAG ? flags : key->words)[key->fallback - 1];
}

const struct key *section_key(const struct section *section, struct str name)
{
	for (size_t i = 0; i < section->n; i++)
		/* Compare the first letter first: most keys differ there. */
		if (name.n && *name.p == *section->keys[i].name &&
		    str_is(name, section->keys[i].name))
			return &section->keys[i];
	return NULL;
}

static struct str key_name(size_t i, const void *data)
{
	const struct section *section = data;

	return str_of(section->keys[i].name);
}

const struct key *section_nearest_key(const struct section *section, struct str wrong)
{
	return section_key(section, nearest(wrong, section->n, key_name, section));
}
