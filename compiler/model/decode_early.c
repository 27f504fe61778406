#include "compiler/model/decode_early.h"

#include <assert.h>

#include "compiler/base/repeats.h"

struct early_entry {
	struct str name;
	struct named_spec *spec; /* NULL: the name stands in its map already */
	bool good;
	uint32_t first, past; /* in decoder.held: what is wrong with it */
};

/* The slot of a name, or the free one where it belongs. */
static uint32_t *find_slot(const struct decoder *d, struct str name)
{
	uint32_t mask = d->early_names.size - 1, at = text_hash(name) & mask;

	while (d->early_names.slots[at] &&
	       !str_eq(d->early[d->early_names.slots[at] - 1].name, name))
		at = (at + 1) & mask;
	return &d->early_names.slots[at];
}

/* At most half of the slots are taken. */
static void make_slots(struct decoder *d, node_id top_key)
{
	uint32_t *old = d->early_names.slots, n = d->early_names.size;
	bool same_map = d->early_names.top_key == top_key;

	if (same_map && d->early_names.n < n / 2)
		return;
	d->early_names.top_key = top_key;
	d->early_names.size = same_map ? 2 * n : 64;
	d->early_names.slots = arena_array(d->yaml->scratch, d->early_names.size, sizeof *old);
	if (!same_map)
		d->early_names.n = 0;
	for (uint32_t i = 0; same_map && i < n; i++)
		if (old[i])
			*find_slot(d, d->early[old[i] - 1].name) = old[i];
}

/* The name of the entry that was added last stands in its map already: of two the first is read. A
 * million of them are then a million findings, but not a million VMs too. */
static bool is_repeated(struct decoder *d, node_id top_key, struct str name)
{
	uint32_t *slot;

	make_slots(d, top_key);
	slot = find_slot(d, name);
	if (*slot)
		return true;
	*slot = d->n_early;
	d->early_names.n++;
	return false;
}

/* What yaml.take wants: a number that tells the entry, from 1, or 0: not taken. */
static uint32_t take(void *context, node_id top_key, node_id name, node_id value)
{
	struct decoder *d = context;
	const struct node *top = yaml_node(d->yaml, top_key);
	const struct key *key = top->kind != NODE_SCALAR
					? NULL
					: section_key(&document_section, yaml_text(d->yaml, top));
	struct findings *findings = d->findings;
	struct early_entry *entry;

	if (!key || key->type != KEY_NAMED || yaml_node(d->yaml, name)->kind != NODE_SCALAR)
		return 0;
	entry = arena_push(d->yaml->scratch, (void **)&d->early, &d->n_early, &d->early_capacity,
			   sizeof *entry);
	entry->name = yaml_text(d->yaml, yaml_node(d->yaml, name));
	if (is_repeated(d, top_key, entry->name))
		return d->n_early;
	entry->spec = arena_alloc(d->arena, key->section->size);
	entry->first = d->held.n;
	d->findings = &d->held;
	entry->good = decode_named_entry(d, key, name, value, entry->spec);
	d->findings = findings;
	entry->past = d->held.n;
	return d->n_early;
}

void decode_early(struct decoder *d, struct yaml *yaml)
{
	findings_init(&d->held, d->findings->arena);
	d->held.limit = d->findings->limit;
	yaml->take = take;
	yaml->take_context = d;
}

bool decode_taken(struct decoder *d, uint32_t taken, struct named_spec **out)
{
	const struct early_entry *entry = &d->early[taken - 1];

	assert(entry->spec);
	findings_append(d->findings, &d->held, entry->first, entry->past);
	*out = entry->spec;
	return entry->good;
}
