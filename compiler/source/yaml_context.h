/* Where in a YAML text a cursor is, for an editor.
 *
 * The text is being typed, so it is broken most of the time, and yaml.c stops where it breaks. This
 * reader goes by indentation line by line and by brackets within flow collections, never fails, and
 * forgets an open bracket at a line that is indented too little to belong to it. What a word, a
 * comment and a line are, both readers take from yaml_words.h and lines.h. */
#ifndef GPUPLAN_YAML_CONTEXT_H
#define GPUPLAN_YAML_CONTEXT_H

#include "compiler/base/arena.h"

enum { CONTEXT_DEPTH = 40 }; /* deeper places have no context */

/* A step down to the cursor: behind a key of a map, or into an item of a list. */
struct step {
	uint32_t map; /* which map holds the key; 0: an item */
	struct str key;
};

/* A key that was seen, with its value where that is a scalar on the same line. */
struct entry {
	uint32_t map;
	struct str key, value;
};

enum context_kind {
	CONTEXT_NONE,	 /* within text that means nothing to us */
	CONTEXT_NODE,	 /* at what the steps lead to: a scalar, or a key of that map */
	CONTEXT_COMMENT, /* `start`: the # */
};

struct context {
	enum context_kind kind;
	struct step steps[CONTEXT_DEPTH];
	uint32_t n;
	uint32_t map;	  /* the map whose key is or would be here; 0: no key can stand here */
	bool is_key;	  /* a colon follows */
	bool flow;	  /* within brackets */
	bool after_colon; /* no blank between the colon and the cursor */
	size_t start,
		end; /* of the word at the cursor, without its quotes; both the cursor: none */
	struct entry *entries; /* of the whole text */
	uint32_t n_entries, entries_capacity;
};

/* `context` lives in the arena, and points into the text. */
void context_at(struct context *context, struct arena *arena, struct str text, size_t cursor);
/* The scalar behind a key of a map; empty where there is none. */
struct str context_value(const struct context *context, uint32_t map, const char *key);
/* The map at the cursor holds the key, elsewhere than there; `key` NULL: any key. */
bool context_has_key(const struct context *context, struct str text, const char *key);

#endif
