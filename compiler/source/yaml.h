/* YAML: turns a source into nodes, using libyaml's events.
 *
 * A node has 20 bytes and knows its place. Nodes live until the next yaml_parse; texts live as long
 * as the plan. yaml_parse reports yaml-syntax, yaml-alias, yaml-duplicate-key and yaml-limit. */
#ifndef GPUPLAN_YAML_H
#define GPUPLAN_YAML_H

#include "compiler/source/problem.h"
#include "compiler/source/source.h"

enum { YAML_MAX_NESTING = 32, YAML_MAX_SCALAR = 65536, YAML_CHUNK = 4096 };

enum node_kind {
	NODE_SCALAR,
	NODE_MAP,
	NODE_LIST,
	NODE_BROKEN, /* already reported, so readers skip it silently */
};

/* A node's number, for yaml_node(); 0 means no node. */
typedef uint32_t node_id;

struct node {
	struct span at;
	node_id next; /* the next sibling; in a map, keys and values alternate */
	union {
		node_id first;	 /* of a map or list */
		uint32_t cooked; /* of a scalar: index in yaml.cooked; 0: as in the source */
	};
	/* Packed, because all nodes of a file are in memory at once. */
	uint32_t n : 27;	/* items of a list, entries of a map */
	uint32_t kind : 2;	/* enum node_kind */
	uint32_t plain : 1;	/* a scalar without quotes */
	uint32_t duplicate : 1; /* a repeated key of its map */
	uint32_t merged : 1;	/* a map with a merge key, whose entries are unknown */
};

/* An item takes at least two bytes. */
_Static_assert(SOURCE_MAX_BYTES / 2 < 1 << 27, "node.n can count the items of any file");

struct yaml {
	struct arena *arena;	  /* the plan's, for cooked texts */
	struct arena *scratch;	  /* reset with each source */
	struct arena *node_arena; /* for the chunks, which are reused for each source */
	struct reporter reporter;
	/* Nodes are in chunks, so that they never move and need not be copied as they grow. */
	struct node **chunks;
	uint32_t n_nodes, n_chunks, chunk_capacity;
	struct str *cooked;
	uint32_t n_cooked, cooked_capacity;
	node_id *documents; /* top nodes of the documents; NODE_BROKEN after a syntax error */
	uint32_t n_documents, document_capacity;
	const struct source *source;
	bool broke_off; /* the source could not be read to its end */
};

void yaml_init(struct yaml *yaml, struct arena *arena, struct reporter reporter);
void yaml_done(struct yaml *yaml);
void yaml_parse(struct yaml *yaml, const struct source *source);

static inline struct node *yaml_node(const struct yaml *yaml, node_id id)
{
	return &yaml->chunks[id / YAML_CHUNK][id % YAML_CHUNK];
}

/* The value of a scalar. */
struct str yaml_text(const struct yaml *yaml, const struct node *scalar);
/* True for an empty value, empty quotes, and an unquoted `~` or `null`. */
bool yaml_is_null(const struct yaml *yaml, const struct node *node);

#endif
