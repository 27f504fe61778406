/* Declarations shared within compiler/catalog/.
 *
 * Each part of the catalog has a loader, which reads its tables and builds the indexes of its
 * look-ups. A look-up first calls catalog_need for its part; with a catalog directory, catalog_open
 * has loaded all of them. Pointers stay valid, since a part is complete before it is used.
 *
 *     catalog.c   opens the catalog, and lists all parts
 *     parts.c     loads a part when it is needed
 *     architectures.c, boards.c, figures.c, p2p.c, partitions.c, vgpu.c
 *                 the parts
 *     names.c     spellings of types and boards
 *     fact_text.c texts of facts for the rules' pages */
#ifndef GPUPLAN_CATALOG_PRIVATE_H
#define GPUPLAN_CATALOG_PRIVATE_H

#include <pthread.h>

#include "compiler/catalog/table.h"
#include "schema/keys.h"
#include "schema/nearest.h"

/* No known name is longer. A longer wrong name has no nearest one. */
#define NEAREST_MAX EDIT_LONGEST

/* In the order of loading: a part comes after those that it uses. */
enum catalog_part {
	PART_RELEASES,
	PART_FIGURES,
	PART_ARCHITECTURES,
	PART_BOARDS,
	PART_GEFORCE,
	PART_VGPU, /* types with all spellings and the documents' figures */
	PART_P2P,
	PART_MULTICAST,
	PART_PARTITIONS,
	PART_COUNT,
};

/* A range of subsystem ids of a board; the tables have single ids and ranges. */
struct subsystem {
	uint32_t board_number; /* row of boards.csv, from 1 */
	uint16_t first;
	uint16_t last;
};

struct boards {
	struct board *list; /* in the table's order */
	uint32_t n, capacity;
	const struct board **by_id;
	const struct board **by_device;
};

/* A board's part in the names of its types, with these types. */
struct board_code {
	struct str text;
	uint32_t first, last; /* of its types: index in types, from 1, linked by next_of_code */
	uint32_t n_types;
	uint8_t mig_slices; /* of the whole GPU; 0: no MIG-backed types */
};

/* A documents' spelling: their `A6000` is `RTXA6000` in the driver. */
struct code_spelling {
	struct str docs;
	uint32_t code; /* index in codes */
};

struct chip_prefix {
	struct str text; /* GA */
	const struct architecture *arch;
};

struct facts {
	struct fact *items; /* in the table's order */
	uint32_t n, capacity;
};

/* Reads the tables of a part. On failure, returns false and sets *error. */
typedef bool catalog_loader(struct catalog *catalog, struct catalog_error *error);

struct catalog {
	struct arena *arena;
	catalog_loader *const *loaders; /* indexed by part; parts may need other parts */
	struct table_source tables[TABLE_COUNT];
	bool replaced; /* some table comes from a catalog directory */
	bool loaded[PART_COUNT];

	struct facts releases;
	struct {
		struct facts rows;
		struct figures value;
	} figures;
	struct architecture *architectures;
	uint32_t n_architectures, architectures_capacity;

	struct boards boards;
	struct boards geforce;
	struct chip_prefix *chips;
	uint32_t n_chips, chips_capacity;
	struct subsystem *subsystems;
	uint32_t n_subsystems, subsystems_capacity;

	struct vgpu_type *types;
	uint32_t n_types, types_capacity;
	uint32_t *next_of_code; /* for each type, the next one of its code, from 1; 0: none */
	uint32_t n_next_of_code, next_of_code_capacity;
	struct board_code *codes;
	uint32_t n_codes, codes_capacity;
	struct code_spelling *code_spellings;
	uint32_t n_code_spellings, code_spellings_capacity;

	struct p2p_row *p2p; /* in the table's order */
	uint32_t n_p2p, p2p_capacity;
	const struct p2p_row **p2p_by_board;
	bool *multicast;		 /* one per type */
	struct fm_partition *partitions; /* rows of a platform are adjacent */
	uint32_t n_partitions, partitions_capacity;

	/* The last answer is cached, because a wrong name is often repeated in every VM. */
	pthread_mutex_t last_lock;
	char last_wrong[NEAREST_MAX];
	size_t last_wrong_n;
	const struct board *last_board;
	struct str last_nearest;
};

#define PUSH(catalog, list)                                                                        \
	arena_push((catalog)->arena, (void **)&(catalog)->list, &(catalog)->n_##list,              \
		   &(catalog)->list##_capacity, sizeof(*(catalog)->list))

catalog_loader catalog_load_releases, catalog_load_figures, catalog_load_architectures,
	catalog_load_boards, catalog_load_geforce, catalog_load_vgpu, catalog_load_p2p,
	catalog_load_multicast, catalog_load_partitions;

/* Loads a part, unless it is loaded already. */
bool catalog_load(struct catalog *catalog, enum catalog_part part, struct catalog_error *error);
/* The same for look-ups. It cannot fail, because all tables have been checked. */
void catalog_need(struct catalog *catalog, enum catalog_part part);

/* Starts reading a table of the catalog. */
void catalog_read(struct catalog *catalog, struct table *table, enum table_id id,
		  const char *const *columns, struct catalog_error *error);
/* Reports that the current row names something that another table lacks. Ignored in a built-in
 * table if any table is replaced. */
void catalog_dangling(struct catalog *catalog, struct table *table, unsigned column,
		      enum table_id other);

/* NULL if there is no such row. */
const struct fact *fact_find(const struct facts *facts, struct str what);
const struct architecture *architecture_find(const struct catalog *catalog, struct str name);
/* Finds the architecture by the start of the chip's name, or NULL. */
const struct architecture *architecture_of_chip(const struct catalog *catalog, struct str chip);

/* Returns the lower-case letter, or a blank for `_`. */
static inline char fold(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c + ('a' - 'A'));
	return c == '_' ? ' ' : c;
}

/* True if the texts differ at most in letter case and in `_` for a blank. */
static inline bool spelled_alike(struct str a, struct str b)
{
	size_t n = a.n;

	if (a.n != b.n)
		return false;
	while (n && (a.p[n - 1] == b.p[n - 1] || fold(a.p[n - 1]) == fold(b.p[n - 1])))
		n--;
	return n == 0;
}
/* The part of a type's name behind the board code: `-80C`, `-7-80C`. */
struct str vgpu_size_text(const struct vgpu_type *type);
/* Finds the type of that size in the list of a board code, which starts at `first`, or NULL. */
const struct vgpu_type *type_of_code(const struct catalog *catalog, uint32_t first,
				     struct str size);
/* Strips `NVIDIA `, `GRID `, `nvidia_` or `grid_`, and sets *spelling. */
struct str spelling_strip(struct str s, enum vgpu_spelling *spelling);
/* NULL if there is none. */
const struct vgpu_type *spelling_find(const struct catalog *catalog, struct str spelling);

#endif
