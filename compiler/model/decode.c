#include "compiler/model/decode.h"

#include <inttypes.h>

#include "compiler/model/decode_scalar.h"

/* The object whose keys are being read, for messages. */
struct owner {
	const struct section *section;
	struct str name; /* of a host, VM, profile or GPU; else empty */
	bool profile;
};

static bool decode_value(struct decoder *d, const struct key *key, node_id id, void *field);

static struct str label(struct decoder *d, struct owner owner)
{
	return owner.name.n ? arena_printf(d->arena, "%s%s '%s'", owner.section->what,
					   owner.profile ? " profile" : "",
					   finding_quote(d->findings, owner.name))
			    : str_of(owner.section->what);
}

/* Marks a key whose value was wrong, so that nobody takes it for absent. */
static void mark_broken(const struct section *section, const struct key *key, void *out)
{
	struct named_spec *head = out;

	head->broken |= UINT64_C(1) << (key - section->keys);
}

static bool is_broken(const struct section *section, const void *spec, const struct key *key)
{
	return ((const struct named_spec *)spec)->broken >> (key - section->keys) & 1;
}

/* Reports a section that has none or both of its two alternative keys. */
static void require_either(struct findings *findings, const struct section *section,
			   const void *spec, struct span at)
{
	const struct key *a = section_key(section, str_of(section->either[0]));
	const struct key *b = section_key(section, str_of(section->either[1]));
	struct span a_at = key_at(a, spec), b_at = key_at(b, spec);
	struct finding *f;

	if (is_broken(section, spec, a) || is_broken(section, spec, b) ||
	    span_given(a_at) != span_given(b_at))
		return;
	if (span_given(a_at)) {
		f = finding_add(findings, "spec-value", SEVERITY_ERROR, b_at,
				"%s has both '%s' and '%s'", section->what, a->name, b->name);
		finding_note(findings, f, a_at, "also given here");
		finding_help(findings, f, "remove one of the two");
	} else {
		f = finding_add(findings, "spec-value", SEVERITY_ERROR, at,
				"%s has neither '%s' nor '%s'", section->what, a->name, b->name);
		finding_help(findings, f, "add one of the two");
	}
}

void decode_require(struct findings *findings, const struct section *section, const void *spec,
		    struct span at, struct str name, bool own)
{
	if (section->either[0] && !own)
		require_either(findings, section, spec, at);
	for (size_t i = 0; i < section->n; i++) {
		const struct key *key = &section->keys[i];

		if (!(key->flags & KEY_REQUIRED) || is_broken(section, spec, key) ||
		    (own && !(key->flags & KEY_OWN)) || span_given(key_at(key, spec)))
			continue;
		struct finding *f =
			name.n ? finding_add(findings, "spec-missing-key", SEVERITY_ERROR, at,
					     "%s '%s' has no '%s'", section->what,
					     finding_quote(findings, name), key->name)
			       : finding_add(findings, "spec-missing-key", SEVERITY_ERROR, at,
					     "%s has no '%s'", section->what, key->name);
		finding_help(findings, f, "add '%s': %.*s", key->name,
			     STR_ARG(decode_expected(findings->arena, key)));
	}
}

/* The kind of names in the maps of this key (enum unread); 0 for GPUs. */
static unsigned unread_kind(const struct key *key)
{
	bool profile = strstr(key->name, "profiles") != NULL;

	if (key->section == &host_section)
		return profile ? UNREAD_HOST_PROFILES : UNREAD_HOSTS;
	if (key->section == &vm_section)
		return profile ? UNREAD_PROFILES : UNREAD_VMS;
	return 0;
}

/* Reports an unknown key. Returns the key that was most likely meant, or NULL. */
static const struct key *unknown_key(struct decoder *d, struct owner owner, const struct node *name)
{
	struct str s = yaml_text(d->yaml, name);
	const struct key *known = section_key(owner.section, s);
	struct finding *f;

	if (known) {
		finding_add(d->findings, "spec-unknown-key", SEVERITY_ERROR, name->at,
			    "'%s' is not allowed in a profile: set it in each %s", known->name,
			    owner.section->what);
		return NULL;
	}
	f = finding_add(d->findings, "spec-unknown-key", SEVERITY_ERROR, name->at,
			"unknown key '%s' in %.*s", finding_quote(d->findings, s),
			STR_ARG(label(d, owner)));
	known = section_nearest_key(owner.section, s);
	if (known && !(owner.profile && known->flags & KEY_OWN)) {
		finding_suggest(d->findings, f, str_of(known->name), NULL);
		return known;
	}
	finding_help(d->findings, f, "known keys: %.*s",
		     STR_ARG(decode_known_keys(d, owner.section, owner.profile)));
	return NULL;
}

/* A misspelled key was not read, but reporting it as missing too would mislead. Marks it as broken
 * unless the map also has the right one. */
static void mark_misspelled(const struct section *section, uint64_t keys, void *out)
{
	struct named_spec *head = out;

	for (size_t i = 0; i < section->n && keys; i++)
		if (!span_given(key_at(&section->keys[i], out)))
			head->broken |= keys & UINT64_C(1) << i;
}

/* Adds to `*misspelled` the keys that unknown ones were meant to be. */
static void decode_entry(struct decoder *d, struct owner owner, const struct node *name,
			 node_id value, void *out, uint64_t *misspelled)
{
	const struct key *key;

	if (name->kind == NODE_BROKEN || name->duplicate)
		return;
	if (name->kind != NODE_SCALAR) {
		finding_add(d->findings, "spec-type", SEVERITY_ERROR, name->at,
			    "a key is a name, not %s", decode_kind_name(name));
		return;
	}
	key = section_key(owner.section, yaml_text(d->yaml, name));
	if (!key || (owner.profile && key->flags & KEY_OWN)) {
		key = unknown_key(d, owner, name);
		if (key) {
			*misspelled |= UINT64_C(1) << (key - owner.section->keys);
			d->unread |= key->type == KEY_NAMED ? unread_kind(key) : 0;
		}
		return;
	}
	if (yaml_is_null(d->yaml, yaml_node(d->yaml, value)) && !(key->flags & KEY_NULL)) {
		decode_no_value(d, key, name, yaml_node(d->yaml, value));
		mark_broken(owner.section, key, out);
		return;
	}
	if (!decode_value(d, key, value, (char *)out + key->offset))
		mark_broken(owner.section, key, out);
}

static void decode_map(struct decoder *d, struct owner owner, const struct node *map, void *out)
{
	/* A merge key was not read and may have brought any key, so none counts as missing. */
	uint64_t misspelled = map->merged ? UINT64_MAX : 0;

	((struct named_spec *)out)->at = map->at;
	if (map->merged && owner.section == &document_section)
		d->unread = UNREAD_ALL;
	for (node_id name = map->first; name;) {
		node_id value = yaml_node(d->yaml, name)->next;

		decode_entry(d, owner, yaml_node(d->yaml, name), value, out, &misspelled);
		name = yaml_node(d->yaml, value)->next;
	}
	mark_misspelled(owner.section, misspelled, out);
}

/* Decodes a map of the section, or the value of its shorthand key. */
static bool decode_section(struct decoder *d, const struct key *key, const struct node *node,
			   node_id id, void *out)
{
	const struct section *section = key->section;
	const struct key *only = section->shorthand
					 ? section_key(section, str_of(section->shorthand))
					 : NULL;

	section_defaults(section, out);
	if (node->kind == NODE_MAP) {
		decode_map(d, (struct owner){.section = section}, node, out);
		/* A merged map is complete only with its profile; no such section requires a key.
		 */
		decode_require(d->findings, section, out,
			       (struct span){node->at.at, node->at.len ? node->at.len : 1}, STR(""),
			       false);
		return true;
	}
	if (!only || (only->type == KEY_LIST) != (node->kind == NODE_LIST)) {
		decode_wrong_type(d, key, node);
		return false;
	}
	((struct named_spec *)out)->at = node->at;
	if (!decode_value(d, only, id, (char *)out + only->offset))
		mark_broken(section, only, out);
	return true;
}

/* For a list of numbers, `min` and `max` limit the items instead. */
static bool good_length(struct decoder *d, const struct key *key, const struct node *node)
{
	struct finding *f;

	if (key->item == KEY_NUMBER ? node->n > 0
				    : node->n >= key->min && (!key->max || node->n <= key->max))
		return true;
	if (node->n == 0) {
		f = finding_add(d->findings, "spec-value", SEVERITY_ERROR, node->at,
				"'%s' is empty", key->name);
		finding_help(d->findings, f, "write at least one item, or remove the key");
	} else {
		finding_add(d->findings, "spec-value", SEVERITY_ERROR, node->at,
			    "'%s' has %u items: the limit is %" PRIu64, key->name, node->n,
			    key->max);
	}
	return false;
}

/* An item of the wrong type breaks its list; one with a wrong key breaks only itself. */
static bool decode_list(struct decoder *d, const struct key *key, const struct node *node,
			struct list *out)
{
	struct key item = *key;
	size_t size = key_item_size(key);
	bool whole = true;

	if (node->kind == NODE_SCALAR) {
		uint8_t word = decode_word_of(key, yaml_text(d->yaml, node));

		if (word) {
			out->word = word;
			out->at = node->at;
		} else if (key->words) {
			decode_wrong_word(d, key, node);
		} else {
			decode_wrong_type(d, key, node);
		}
		return word;
	}
	if (node->kind != NODE_LIST) {
		decode_wrong_type(d, key, node);
		return false;
	}
	item.type = key->item;
	item.words = NULL;
	item.flags |= KEY_ITEM;
	out->at = node->at;
	out->word = 0;
	if (!good_length(d, key, node))
		return false;
	out->items = arena_array(d->arena, node->n, size);
	for (node_id i = node->first; i; i = yaml_node(d->yaml, i)->next) {
		void *slot = (char *)out->items + size * out->n;

		if (yaml_is_null(d->yaml, yaml_node(d->yaml, i)))
			decode_no_value(d, &item, NULL, yaml_node(d->yaml, i));
		else if (decode_value(d, &item, i, slot)) {
			out->n++;
			continue;
		}
		memset(slot, 0, size);
		whole = false;
	}
	return whole;
}

static bool good_name(struct decoder *d, const struct key *key, const struct node *name)
{
	struct str s;
	struct finding *f;

	if (name->kind == NODE_BROKEN)
		return false;
	if (name->kind != NODE_SCALAR) {
		finding_add(d->findings, "spec-type", SEVERITY_ERROR, name->at,
			    "a key is a name, not %s", decode_kind_name(name));
		return false;
	}
	s = yaml_text(d->yaml, name);
	if (grammar_match(key->grammar, s))
		return true;
	f = finding_add(d->findings, "spec-value", SEVERITY_ERROR, name->at,
			"invalid %s%s name '%s'", key->section->what,
			strstr(key->name, "profiles") ? " profile" : "",
			finding_quote(d->findings, s));
	if (key->grammar == GRAMMAR_HOST && str_is(s, "manifest.json"))
		finding_help(d->findings, f,
			     "choose another name: compile writes a file of this name");
	else
		finding_help(d->findings, f, "write %s", grammar_rule(key->grammar));
	return false;
}

static bool decode_named_entry(struct decoder *d, const struct key *key, node_id name_id,
			       node_id value_id, struct named_spec *out)
{
	const struct node *name = yaml_node(d->yaml, name_id),
			  *value = yaml_node(d->yaml, value_id);
	bool named = good_name(d, key, name), profile = strstr(key->name, "profiles") != NULL;
	struct owner owner = {.section = key->section, .profile = profile};

	if (!named && name->kind != NODE_SCALAR)
		return false;
	section_defaults(key->section, out);
	out->name = (struct text){name->at, yaml_text(d->yaml, name)};
	owner.name = out->name.s;
	out->at = value->at;
	if (value->kind == NODE_MAP) {
		decode_map(d, owner, value, out);
	} else {
		if (value->kind != NODE_BROKEN && !(profile && yaml_is_null(d->yaml, value)))
			finding_add(d->findings, "spec-type", SEVERITY_ERROR,
				    value->at.len ? value->at : name->at,
				    "%.*s must be a map of keys%s%s", STR_ARG(label(d, owner)),
				    yaml_is_null(d->yaml, value) ? "" : ", not ",
				    yaml_is_null(d->yaml, value) ? "" : decode_kind_name(value));
		out->broken = profile && yaml_is_null(d->yaml, value) ? 0 : UINT64_MAX;
	}
	/* The section reaches from its name to its end: its own keys lie within, its profile's do
	 * not. */
	out->at = (struct span){name->at.at, span_end(value->at) > span_end(name->at)
						     ? span_end(value->at) - name->at.at
						     : name->at.len};
	return named;
}

static bool decode_gpu(struct decoder *d, const struct key *key, node_id name, node_id value,
		       struct named_spec *out)
{
	if (!decode_named_entry(d, key, name, value, out)) {
		memset(out, 0, key->section->size);
		return false;
	}
	/* A GPU has no profile. Hosts and VMs are checked after theirs are merged. */
	decode_require(d->findings, key->section, out, out->name.at, out->name.s, false);
	return true;
}

/* Decodes a host, a VM or a profile. */
static bool decode_top_entry(struct decoder *d, const struct key *key, node_id name, node_id value,
			     struct named_spec **out)
{
	*out = arena_alloc(d->arena, key->section->size);
	return decode_named_entry(d, key, name, value, *out);
}

static uint32_t distinct_keys(const struct yaml *yaml, const struct node *map)
{
	uint32_t n = 0;

	for (node_id name = map->first; name;
	     name = yaml_node(yaml, yaml_node(yaml, name)->next)->next)
		n += !yaml_node(yaml, name)->duplicate;
	return n;
}

static bool decode_named(struct decoder *d, const struct key *key, const struct node *node,
			 struct list *out)
{
	bool gpus = key->section == &gpu_section, whole = !node->merged;
	size_t size = gpus ? key->section->size : sizeof(struct named_spec *);

	if (node->merged)
		d->unread |= unread_kind(key);
	if (yaml_is_null(d->yaml, node))
		return true;
	if (node->kind != NODE_MAP) {
		decode_wrong_type(d, key, node);
		d->unread |= unread_kind(key);
		return false;
	}
	out->at = node->at.len ? node->at : (struct span){node->at.at, 1};
	if (node->n < key->min && !node->merged) {
		finding_add(d->findings, "spec-value", SEVERITY_ERROR, out->at,
			    "'%s' is empty: a host has 1 to %d GPUs", key->name, MAX_GPUS);
		return false;
	}
	if (key->max && node->n > key->max) {
		finding_add(d->findings, "yaml-limit", SEVERITY_ERROR, out->at,
			    "%u GPUs on a host: the limit is %d", node->n, MAX_GPUS);
		return false;
	}
	out->items = arena_array(d->arena, distinct_keys(d->yaml, node), size);
	for (node_id name = node->first; name;) {
		node_id value = yaml_node(d->yaml, name)->next;
		void *item = (char *)out->items + size * out->n;

		/* Of entries with the same name only the first is read. */
		if (yaml_node(d->yaml, name)->duplicate) {
			whole = false;
		} else if (gpus ? decode_gpu(d, key, name, value, item)
				: decode_top_entry(d, key, name, value, item)) {
			out->n++;
		} else {
			whole = false;
			d->unread |= unread_kind(key);
		}
		name = yaml_node(d->yaml, value)->next;
	}
	return whole;
}

/* `words`: what the value may be; NULL for any text. */
static bool decode_param(struct decoder *d, const struct key *name_key, const char *const *words,
			 const struct node *name, const struct node *value, struct param *out)
{
	struct key key = {
		.type = words ? KEY_WORD : KEY_TEXT, .grammar = GRAMMAR_ANY, .words = words};

	if (name->kind == NODE_BROKEN || name->duplicate || value->kind == NODE_BROKEN)
		return false;
	if (name->kind != NODE_SCALAR) {
		finding_add(d->findings, "spec-type", SEVERITY_ERROR, name->at,
			    "a key is a name, not %s", decode_kind_name(name));
		return false;
	}
	if (!decode_text(d, name_key, name, &out->name))
		return false;
	key.name = finding_quote(d->findings, out->name.s);
	if (yaml_is_null(d->yaml, value))
		decode_no_value(d, &key, name, value);
	else if (value->kind != NODE_SCALAR)
		decode_wrong_type(d, &key, value);
	else if (words && !decode_word_of(&key, yaml_text(d->yaml, value)))
		decode_wrong_word(d, &key, value);
	else
		return decode_text(d, &key, value, &out->value);
	return false;
}

static bool decode_params(struct decoder *d, const struct key *key, const struct node *node,
			  param_list *out)
{
	struct key name_key = {.name = key->name, .type = KEY_TEXT, .grammar = key->grammar};
	bool whole = !node->merged;

	if (node->kind != NODE_MAP) {
		decode_wrong_type(d, key, node);
		return false;
	}
	out->at = node->at;
	out->items = arena_array(d->arena, node->n, sizeof *out->items);
	for (node_id name = node->first; name;) {
		const struct node *name_node = yaml_node(d->yaml, name);
		const struct node *value = yaml_node(d->yaml, name_node->next);
		struct param *param = &out->items[out->n];

		if (decode_param(d, &name_key, key->words, name_node, value, param)) {
			out->n++;
		} else {
			memset(param, 0, sizeof *param);
			whole = false;
		}
		name = value->next;
	}
	return whole;
}

/* Decodes the value of a key. False, and reported, if it is wrong. */
static bool decode_value(struct decoder *d, const struct key *key, node_id id, void *field)
{
	const struct node *node = yaml_node(d->yaml, id);
	bool scalar = key->type < KEY_MAP;

	if (node->kind == NODE_BROKEN) {
		d->unread |= unread_kind(key);
		return false;
	}
	if (scalar && node->kind != NODE_SCALAR) {
		decode_wrong_type(d, key, node);
		return false;
	}
	if (scalar)
		return decode_scalar(d, key, node, field);
	switch (key->type) {
	case KEY_MAP:
		return decode_section(d, key, node, id, field);
	case KEY_LIST:
		return decode_list(d, key, node, field);
	case KEY_NAMED:
		return decode_named(d, key, node, field);
	case KEY_PARAMS:
		return decode_params(d, key, node, field);
	default:
		return false;
	}
}

bool decode_map_of(struct decoder *d, const struct section *section, node_id top, void *out)
{
	const struct node *node = yaml_node(d->yaml, top);

	section_defaults(section, out);
	if (node->kind == NODE_MAP)
		decode_map(d, (struct owner){.section = section}, node, out);
	else if (node->kind != NODE_BROKEN && !yaml_is_null(d->yaml, node))
		finding_add(d->findings, "spec-type", SEVERITY_ERROR, node->at,
			    "%s must be a map of keys, not %s", section->what,
			    decode_kind_name(node));
	return node->kind == NODE_MAP;
}
