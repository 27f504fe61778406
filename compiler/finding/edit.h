/* Edits that change one value of a spec's YAML and nothing else.
 *
 * Comments, order, quotes and line ends stay as the author wrote them. */
#ifndef GPUPLAN_EDIT_H
#define GPUPLAN_EDIT_H

#include "compiler/finding/finding.h"
#include "schema/model.h"

/* Replaces the scalar at `at` by `value`, keeping its quotes or block style. */
struct edit edit_value(struct arena *arena, const struct sources *sources, struct span at,
		       struct str value);

/* Where to insert an entry into a section: behind the entry `key`, whose value is at `at`. */
struct anchor {
	const struct named_spec *section;
	const char *key;
	struct span at;
};

/* A new entry. The value of a map is YAML already; a scalar is quoted if the keys are. */
struct entry {
	const char *key;
	struct str value;
	bool is_map;
};

/* Inserts the entry, on a line of its own unless the section is a flow map. False if the layout of
 * the map has no place for it. */
bool edit_insert(struct arena *arena, const struct sources *sources, struct anchor anchor,
		 struct entry entry, struct edit *out);

#endif
