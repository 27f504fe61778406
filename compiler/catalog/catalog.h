/* The catalog: NVIDIA's boards and vGPU types, and the releases and figures that rules depend on,
 * from the CSV tables in rules/tables/.
 *
 * The tables are compiled in and read on first use, one at a time, so that a spec without vGPUs
 * does not pay for 1,255 vGPU types. A catalog directory (--catalog DIR) replaces the tables whose
 * files it has; the others stay built in.
 *
 * Sizes are in bytes; "GB" in the tables means GiB (NVIDIA's documents use powers of two). 0 means
 * that the source gives no figure. Everything lives in the arena passed to catalog_open. */
#ifndef GPUPLAN_CATALOG_H
#define GPUPLAN_CATALOG_H

#include "compiler/base/files.h"
#include "schema/value.h"

enum board_class { BOARD_DATACENTER, BOARD_WORKSTATION, BOARD_GEFORCE };

const char *board_class_word(enum board_class class);

/* A row of releases.csv or figures.csv. */
struct fact {
	struct str what;	/* its name in the code: qemu_many_large_bars */
	struct str text;	/* as printed in messages: 10.1 or 64 GiB */
	struct version version; /* of a release: `text`, parsed */
	struct str source;
};

/* The rows of figures.csv, which documents them. SIZE is in bytes, COUNT is a number. */
#define CATALOG_FIGURES(SIZE, COUNT)                                                               \
	SIZE(mmio_least)                                                                           \
	SIZE(vsphere_vgpu_memory)                                                                  \
	SIZE(vsphere_vgpu_mmio)                                                                    \
	SIZE(ovmf_window_most)                                                                     \
	SIZE(vsphere_bios_bar1_most)                                                               \
	SIZE(seabios_large_bar)                                                                    \
	COUNT(seabios_large_bars_most)                                                             \
	SIZE(stalling_bar1)                                                                        \
	COUNT(stalling_gpus)                                                                       \
	COUNT(unswitched_gpus)                                                                     \
	SIZE(q35_low_memory)                                                                       \
	SIZE(amd_hole_start)                                                                       \
	SIZE(amd_hole_end)

#define CATALOG_FIGURE(name) uint64_t name;
struct figures {
	CATALOG_FIGURES(CATALOG_FIGURE, CATALOG_FIGURE)
};
#undef CATALOG_FIGURE

/* A generation of GPUs and its features. */
struct architecture {
	struct str name; /* Ampere */
	bool msix_at_c8; /* its MSI-X capability is at C8, where QEMU puts a clique */
	bool sriov;	 /* vGPUs use virtual functions */
	bool mixed_size; /* one GPU can have time-sliced vGPUs of several sizes */
	bool vgpu_vfio;	 /* vGPUs are vendor-specific VFIO devices ... */
	const struct fact *vfio_kernel;	  /* ... from this kernel on; NULL: with any kernel */
	const struct fact *esxi_nvswitch; /* the first ESXi with vGPU P2P over NVSwitch, or NULL */
};

/* Whether enabling unified memory disables NVLink P2P between vGPUs. */
enum uvm_p2p {
	UVM_P2P_FINE,
	UVM_P2P_LOST,	 /* yes, NVIDIA names the board: the A100s */
	UVM_P2P_UNNAMED, /* perhaps: the same chip, but not named by the source */
};

struct board {
	struct str id;	 /* a100-sxm4-80gb; for rows of geforce.csv the PCI id */
	struct str name; /* as NVIDIA prints it */
	enum board_class class;
	const struct architecture *arch; /* NULL: a GeForce chip older than Maxwell */
	struct str chip;		 /* GA100; P2P requires equal chips */
	uint16_t pci_device;		 /* 0x20b2; the vendor is always 10de */
	uint64_t framebuffer;		 /* bytes */
	uint64_t bar1;			 /* bytes, 0 unknown */
	uint64_t vsphere_mmio;		 /* bytes, 0 if not in NVIDIA's table */
	struct str vgpu_code;		 /* A100DX; empty if no vGPU types are known */
	bool nvswitch;			 /* an HGX board with NVSwitches (8 GPUs) */
	enum uvm_p2p uvm_p2p;
};

enum vgpu_kind { VGPU_TIME_SLICED, VGPU_MIG_BACKED };

struct vgpu_type {
	struct str full_name;  /* as printed by the driver: NVIDIA H100XM-80C, GRID A100DX-80C */
	struct str name;       /* H100XM-80C */
	struct str prefix;     /* NVIDIA or GRID */
	struct str board_code; /* H100XM */
	enum vgpu_kind kind;
	uint8_t mig_slices;	/* 0 when time-sliced */
	char series;		/* A B C Q */
	bool whole_framebuffer; /* time-sliced, with all of the framebuffer */
	bool docs_only;		/* in a P2P table but not in the driver's (B300X-279C) */
	uint64_t framebuffer;	/* bytes; exact if NVIDIA's tables give megabytes */
	uint16_t max_per_gpu;	/* in equal-size or MIG mode; 0: not listed */
	uint16_t max_mixed;	/* in mixed-size mode; 0: not listed */
};

/* What NVIDIA's P2P tables (29 to 31, and older ones) say about a type on a board. */
enum p2p_listing {
	P2P_NOT_LISTED,
	P2P_LISTED,
	P2P_LISTED_OLD,		/* listed only before release 18 */
	P2P_LISTED_CONFLICTING, /* the sources disagree */
};

struct p2p_row {
	struct str board_id;
	struct str type;      /* spelled as in the driver: RTXA6000-48C */
	struct str docs_type; /* spelled as in the table: A6000-48C; may be empty */
	struct str docs;      /* the document and release */
	struct str note;
	const struct vgpu_type
		*known; /* the type that `type`, or else `docs_type`, names; may be NULL */
	enum p2p_listing listing;
	bool fully_connected; /* footnote [1]: only if all GPUs are linked directly */
};

/* A Fabric Manager partition of a platform such as hgx-h100. */
struct fm_partition {
	struct str platform;
	uint16_t id;
	uint8_t n_gpus;
	uint32_t modules; /* bit m is SXM module id m, from 1 to 16 */
};

struct catalog;

/* An error in a table, with its place. */
struct catalog_error {
	struct str file; /* path, or name of a built-in table */
	uint32_t row;	 /* line in the file, from 1; 0 for the whole file or folder */
	uint32_t column; /* cell in the row, from 1; 0 if row is 0 */
	struct str message;
};

/* Formats an error as "tables/boards.csv:3:2: …". */
struct str catalog_error_text(struct arena *arena, const struct catalog_error *error);

/* Opens the catalog. Files in `dir`, which may be NULL, replace built-in tables of the same name.
 * With a `dir`, all tables are read and checked now. Returns NULL and sets *error if one is
 * invalid, or if `dir` has no table. */
struct catalog *catalog_open(struct arena *arena, const struct files *files, const char *dir,
			     struct catalog_error *error);
/* Sets *file to the file that replaces table `i`, or to an empty text if the table is built in.
 * Returns false if there is no table `i`. */
bool catalog_table_file(const struct catalog *catalog, unsigned i, struct str *file);

/* Reads all tables now, so that look-ups no longer write and threads may share the catalog. */
void catalog_load_all(struct catalog *catalog);

/* NULL if there is none. */
const struct board *catalog_board(struct catalog *catalog, struct str id);
/* The PCI id of an NVIDIA GPU: `10de:20b2`, or `10de:25b6/14a9` with its subsystem device. */
struct pci_id {
	uint16_t device;
	bool has_subsystem;
	uint16_t subsystem;
};

/* Parses an id in upper or lower case. False if `s` is not such an id. */
bool pci_id_parse(struct str s, struct pci_id *out);
/* Finds a board by its PCI id, also in geforce.csv. *shared, which may be NULL, is the number of
 * boards with that id. Returns NULL unless it is 1. It is 0 for an unknown subsystem and for a text
 * that is not a PCI id. */
const struct board *catalog_board_by_pci(struct catalog *catalog, struct str pci_id,
					 size_t *shared);
/* Fills `out` with at most `max` boards that share a PCI device id, for messages. Returns their
 * total number. */
size_t catalog_boards_of_device(struct catalog *catalog, uint16_t device, const struct board **out,
				size_t max);
const struct board *catalog_boards(struct catalog *catalog, size_t *n);

/* Spellings of a type's name. */
enum vgpu_spelling {
	VGPU_SHORT,   /* A100DX-80C */
	VGPU_DRIVER,  /* GRID A100DX-80C, as printed by the driver */
	VGPU_VCENTER, /* grid_a100dx-80c, the profile's name in vSphere */
};

enum vgpu_spelling vgpu_spelling_of(struct str name);
/* The name of a type in that spelling. vCenter's spelling is NOT CONFIRMED for names with blanks
 * (RTX Pro 6000 Blackwell DC-4-96C): no source shows one (rule vmx-profile-unconfirmed). */
struct str vgpu_spell(struct arena *arena, const struct vgpu_type *type, enum vgpu_spelling as);
/* The same for a type that is not in the catalog. Returns an empty text if `name` lacks the prefix
 * or the letter case that `as` needs: neither can be guessed. */
struct str vgpu_respell(struct arena *arena, struct str name, enum vgpu_spelling as);

/* Finds a type by any spelling that the spec language accepts: `A100DX-80C`, optionally after
 * `NVIDIA ` or `GRID `, `grid_a100dx-80c`, `A6000-48C` as in the P2P tables, or `RTX 6000 Ada-48C`
 * as in the documents. */
const struct vgpu_type *catalog_vgpu_type(struct catalog *catalog, struct str spelling);
const struct vgpu_type *catalog_vgpu_types(struct catalog *catalog, size_t *n);

/* NULL if the tables do not list the type for that board. */
const struct p2p_row *catalog_p2p(struct catalog *catalog, const struct board *board,
				  const struct vgpu_type *type);
/* The first type that the tables list for a board, or NULL; for help lines. */
const struct vgpu_type *catalog_p2p_type(struct catalog *catalog, const struct board *board);

/* True if NVLink multicast is listed for this type. */
bool catalog_multicast(struct catalog *catalog, const struct vgpu_type *type);

/* The number of MIG slices of a GPU (7 or 4); 0 if the board has no MIG-backed types. */
unsigned catalog_mig_slices(struct catalog *catalog, const struct board *board);

/* The Fabric Manager partitions of a platform, in the table's order, or NULL. */
const struct fm_partition *catalog_partitions(struct catalog *catalog, struct str platform,
					      size_t *n);

/* The row of releases.csv with that name, which must exist. Rows missing from a replacement of the
 * table come from the built-in one. Names that start with `esxi_` have versions in VMware's style.
 */
const struct fact *catalog_release(struct catalog *catalog, const char *what);
const struct figures *catalog_figures(struct catalog *catalog);

/* The text of a fact for the rules' pages (compiler/finding/rule_page.h):
 *
 *     release:ROW, figure:ROW     the text of a row of releases.csv or figures.csv
 *     source:ROW                  its source
 *     architectures:COLUMN, …     "Ampere, Ada and Hopper": the lists of fact_text.c
 *
 * Returns an empty text if there is no such fact. Lists are allocated in `arena`. */
struct str catalog_fact_text(struct catalog *catalog, struct arena *arena, struct str name);

/* The nearest known spelling within a small edit distance, or an empty text; for "did you mean". */
struct str catalog_nearest_board(struct catalog *catalog, struct str wrong);
struct str catalog_nearest_vgpu(struct catalog *catalog, struct str wrong,
				const struct board *board);

#endif
