/* Edits of a spec's YAML that change one value and nothing beside it.
 *
 * Comments, order, quotes and line ends stay as their author has them. */
#ifndef GPUPLAN_EDIT_H
#define GPUPLAN_EDIT_H

#include "compiler/finding/finding.h"
#include "schema/model.h"

/* Makes the scalar at `at` read as `value`, in the quotes or the block that it stands in. */
struct edit edit_value(struct arena *arena, const struct sources *sources, struct span at,
		       struct str value);

/* Where a new entry of a section's map goes: behind the entry `key`, whose value is at `at`. */
struct anchor {
	const struct named_spec *section;
	const char *key;
	struct span at;
};

/* A new entry; a map's value is YAML already, a scalar's is quoted if the keys are. */
struct entry {
	const char *key;
	struct str value;
	bool is_map;
};

/* Puts the entry there, on a line of its own unless the section's map is in braces. false: that map
 * is written in a way that takes none. */
bool edit_insert(struct arena *arena, const struct sources *sources, struct anchor anchor,
		 struct entry entry, struct edit *out);

#endif
