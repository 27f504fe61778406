#include "compiler/decode_early.h"

struct early_entry {
	struct named_spec *spec;
	bool good;
	uint32_t first, past; /* in decoder.held: what is wrong with it */
};

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

	if (!key || key->type != KEY_NAMED)
		return 0;
	entry = arena_push(d->yaml->scratch, (void **)&d->early, &d->n_early, &d->early_capacity,
			   sizeof *entry);
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
	yaml->take = take;
	yaml->take_context = d;
}

bool decode_taken(struct decoder *d, uint32_t taken, struct named_spec **out)
{
	const struct early_entry *entry = &d->early[taken - 1];

	findings_append(d->findings, &d->held, entry->first, entry->past);
	*out = entry->spec;
	return entry->good;
}
