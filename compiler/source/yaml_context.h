/* Finds the place of a cursor in a YAML text, for an editor.
 *
 * Text that is being typed is usually invalid, and yaml.c stops at the first error. This reader
 * never fails: it goes line by line and follows the indentation, and brackets within flow
 * collections. A line that is indented too little closes open brackets. Both readers share
 * yaml_words.h and lines.h. */
#ifndef GPUPLAN_YAML_CONTEXT_H
#define GPUPLAN_YAML_CONTEXT_H

#include "compiler/base/arena.h"

enum { CONTEXT_DEPTH = 40 }; /* deeper places have no context */

/* A step on the path to the cursor: to the value of a key, or to an item of a list. */
struct step {
	uint32_t map; /* number of the map that holds the key; 0: an item of a list */
	struct str key;
};

/* A key, with its value if that is a scalar on the same line. */
struct entry {
	uint32_t map;
	struct str key, value;
};

enum context_kind {
	CONTEXT_NONE,	 /* no context */
	CONTEXT_NODE,	 /* at the end of the steps: a scalar, or a key of `map` */
	CONTEXT_COMMENT, /* `start` is the offset of the # */
};

struct context {
	enum context_kind kind;
	struct step steps[CONTEXT_DEPTH];
	uint32_t n;
	uint32_t map;	       /* the map that has or may get a key here; 0: no key is possible */
	bool is_key;	       /* a colon follows */
	bool flow;	       /* within a flow collection */
	bool after_colon;      /* no blank between the colon and the cursor */
	size_t start, end;     /* of the word at the cursor, unquoted; or both the cursor */
	struct entry *entries; /* all keys of the text */
	uint32_t n_entries, entries_capacity;
};

/* Fills in `context`, which points into the arena and the text. `cursor` is an offset in bytes. */
void context_at(struct context *context, struct arena *arena, struct str text, size_t cursor);
/* The scalar value of a key, or an empty text. */
struct str context_value(const struct context *context, uint32_t map, const char *key);
/* True if the map at the cursor has the key at another place. `key` NULL means any key. */
bool context_has_key(const struct context *context, struct str text, const char *key);

#endif
