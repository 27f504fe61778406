/* The catalog: what NVIDIA's boards and vGPU types are, and the releases and figures that change a
 * verdict, out of the CSV tables of rules/tables/.
 *
 * The tables are compiled in as bytes and read on first use, one table at a time, so that a spec
 * which needs no vGPU type does not pay for 1,255 of them. A catalog directory (--catalog DIR)
 * replaces the tables whose file it holds; the others stay built in.
 *
 * Sizes are bytes; "GB" in the tables is GiB (NVIDIA's documents mean powers of two). 0 stands for
 * "the source gives no figure". Everything lives in the arena that was given to catalog_open. */
#ifndef GPUPLAN_CATALOG_H
#define GPUPLAN_CATALOG_H

#include "compiler/base/files.h"
#include "schema/value.h"

enum board_class { BOARD_DATACENTER, BOARD_WORKSTATION, BOARD_GEFORCE };

const char *board_class_word(enum board_class class);

/* A row of releases.csv or figures.csv. */
struct fact {
	struct str what;	/* the name by which the code asks for it: qemu_many_large_bars */
	struct str text;	/* as a message prints it: 10.1 or 64 GiB */
	struct version version; /* of a release: `text`, read */
	struct str source;
};

/* The rows of figures.csv, which says what each means: SIZE in bytes, COUNT a number. */
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

/* What a generation of GPUs can do. */
struct architecture {
	struct str name;		  /* Ampere */
	bool msix_at_c8;		  /* its MSI-X capability is where QEMU puts a clique */
	bool sriov;			  /* its vGPUs are on virtual functions */
	bool mixed_size;		  /* a GPU takes time-sliced vGPUs of several sizes */
	bool vgpu_vfio;			  /* its vGPUs are vendor-specific VFIO devices … */
	const struct fact *vfio_kernel;	  /* … from this kernel on; NULL: with any */
	const struct fact *esxi_nvswitch; /* the first ESXi with vGPU P2P over NVSwitch, or NULL */
};

/* NVLink P2P between vGPUs while unified memory is on. */
enum uvm_p2p {
	UVM_P2P_FINE,
	UVM_P2P_LOST,	 /* NVIDIA names the board: the A100s */
	UVM_P2P_UNNAMED, /* the same chip, but the source does not name it */
};

struct board {
	struct str id;	 /* a100-sxm4-80gb; for a row of geforce.csv its PCI id */
	struct str name; /* as NVIDIA prints it */
	enum board_class class;
	const struct architecture *arch; /* NULL: a GeForce chip older than Maxwell */
	struct str chip;		 /* GA100: P2P wants equal ones */
	uint16_t pci_device;		 /* 0x20b2; the vendor is always 10de */
	uint64_t framebuffer;		 /* bytes */
	uint64_t bar1;			 /* bytes, 0 unknown */
	uint64_t vsphere_mmio;		 /* bytes, 0: not in NVIDIA's table */
	struct str vgpu_code;		 /* A100DX; empty: no vGPU types known */
	bool nvswitch;			 /* an HGX board with switches (8 GPUs) */
	enum uvm_p2p uvm_p2p;
};

enum vgpu_kind { VGPU_TIME_SLICED, VGPU_MIG_BACKED };

struct vgpu_type {
	struct str full_name;  /* NVIDIA H100XM-80C, GRID A100DX-80C: as the driver prints it */
	struct str name;       /* H100XM-80C */
	struct str prefix;     /* NVIDIA or GRID */
	struct str board_code; /* H100XM */
	enum vgpu_kind kind;
	uint8_t mig_slices;	/* 0 when time-sliced */
	char series;		/* A B C Q */
	bool whole_framebuffer; /* time-sliced and all of the framebuffer */
	bool docs_only;	      /* a P2P table prints it, the driver's table does not (B300X-279C) */
	uint64_t framebuffer; /* bytes; exact where NVIDIA's tables give megabytes */
	uint16_t max_per_gpu; /* equal-size (or MIG) count from NVIDIA's tables; 0 not listed */
	uint16_t max_mixed;   /* time-sliced, mixed-size mode; 0 not listed */
};

/* What NVIDIA's P2P tables (29 to 31, and older ones) say of one type on one board. */
enum p2p_listing {
	P2P_NOT_LISTED,
	P2P_LISTED,
	P2P_LISTED_OLD,		/* only releases before 18 list it */
	P2P_LISTED_CONFLICTING, /* the sources disagree */
};

struct p2p_row {
	struct str board_id;
	struct str type;      /* the driver's spelling: RTXA6000-48C */
	struct str docs_type; /* the table's own spelling, A6000-48C; may be empty */
	struct str docs;      /* the document and release */
	struct str note;
	const struct vgpu_type *known; /* what `type`, or else `docs_type`, spells; may be NULL */
	enum p2p_listing listing;
	bool fully_connected; /* footnote [1]: HGX boards where every GPU is linked to every other
			       */
};

/* One Fabric Manager partition of a platform (hgx-h100). */
struct fm_partition {
	struct str platform;
	uint16_t id;
	uint8_t n_gpus;
	uint32_t modules; /* bit m: SXM module id m, 1 to 16 */
};

struct catalog;

/* A table that cannot be read: which, where, and what is wrong there. */
struct catalog_error {
	struct str file; /* path, or the table's name when built in */
	uint32_t row;	 /* line in the file, from 1; 0: the file or the folder as a whole */
	uint32_t column; /* cell in the row, from 1; 0 with row 0 */
	struct str message;
};

/* "tables/boards.csv:3:2: …" */
struct str catalog_error_text(struct arena *arena, const struct catalog_error *error);

/* The catalog of the built-in tables, with those of `dir` in place of its own where `dir` (may be
 * NULL) holds a file of that name. With a `dir` every table that it holds is read and checked at
 * once: false and `*error` where one is not as it should be. */
struct catalog *catalog_open(struct arena *arena, const struct files *files, const char *dir,
			     struct catalog_error *error);
/* The file that replaces table `i`, empty where it is the built-in one; false behind the last. */
bool catalog_table_file(const struct catalog *catalog, unsigned i, struct str *file);

/* Reads every table now: from here on look-ups only read, and threads may share the catalog. */
void catalog_load_all(struct catalog *catalog);

/* NULL when there is none. */
const struct board *catalog_board(struct catalog *catalog, struct str id);
/* The PCI id of an NVIDIA GPU: `10de:20b2`, or `10de:25b6/14a9` with its subsystem device. */
struct pci_id {
	uint16_t device;
	bool has_subsystem;
	uint16_t subsystem;
};

/* Any case; false: it is no such id. */
bool pci_id_parse(struct str s, struct pci_id *out);
/* By its PCI id, geforce.csv included. Several boards may share an id: `*shared` (may be NULL) says
 * how many; more than one gives NULL. A subsystem that none of them has is an id that the catalog
 * lacks (0), as is a text that is no PCI id. */
const struct board *catalog_board_by_pci(struct catalog *catalog, struct str pci_id,
					 size_t *shared);
/* The boards that share a PCI device id, for the message that names them: at most `max`, returns
 * how many there are. */
size_t catalog_boards_of_device(struct catalog *catalog, uint16_t device, const struct board **out,
				size_t max);
const struct board *catalog_boards(struct catalog *catalog, size_t *n);

/* How the name of a type is spelled. */
enum vgpu_spelling {
	VGPU_SHORT,   /* A100DX-80C */
	VGPU_DRIVER,  /* GRID A100DX-80C: as the driver prints it */
	VGPU_VCENTER, /* grid_a100dx-80c: the name of the profile on vSphere */
};

enum vgpu_spelling vgpu_spelling_of(struct str name);
/* The type's name in that spelling. For types with blanks in their names (RTX Pro 6000 Blackwell
 * DC-4-96C) vCenter's is NOT CONFIRMED: no source shows one (rule vmx-profile-unconfirmed). */
struct str vgpu_spell(struct arena *arena, const struct vgpu_type *type, enum vgpu_spelling as);
/* The same of a name whose type the catalog lacks. Only the user can know its prefix, and letter
 * case cannot be brought back: empty where `name` lacks them. */
struct str vgpu_respell(struct arena *arena, struct str name, enum vgpu_spelling as);

/* Any spelling that the spec language takes: `A100DX-80C`, `NVIDIA `/`GRID ` before it,
 * `grid_a100dx-80c`, the P2P tables' `A6000-48C`, the documents' `RTX 6000 Ada-48C`. */
const struct vgpu_type *catalog_vgpu_type(struct catalog *catalog, struct str spelling);
const struct vgpu_type *catalog_vgpu_types(struct catalog *catalog, size_t *n);

/* NULL when the tables do not list the type for that board. */
const struct p2p_row *catalog_p2p(struct catalog *catalog, const struct board *board,
				  const struct vgpu_type *type);
/* The first type that the tables list for a board, or NULL: what a help line recommends. */
const struct vgpu_type *catalog_p2p_type(struct catalog *catalog, const struct board *board);

/* NVLink multicast is listed for this type. */
bool catalog_multicast(struct catalog *catalog, const struct vgpu_type *type);

/* MIG slices of a whole GPU of that board (7, or 4), 0 when its types are not MIG-backed. */
unsigned catalog_mig_slices(struct catalog *catalog, const struct board *board);

/* The Fabric Manager partitions of a platform, in the table's order; NULL when it has none. */
const struct fm_partition *catalog_partitions(struct catalog *catalog, struct str platform,
					      size_t *n);

/* The row of releases.csv of that name; of one that starts with `esxi_` as VMware writes versions.
 * Asserts that it is there: what a replacement of the table lacks is taken from the built-in one.
 */
const struct fact *catalog_release(struct catalog *catalog, const char *what);
const struct figures *catalog_figures(struct catalog *catalog);

/* What the rules' pages name (compiler/finding/rule_page.h):
 *
 *     release:ROW, figure:ROW     the text of a row of releases.csv or figures.csv
 *     source:ROW                  its source
 *     architectures:COLUMN, …     "Ampere, Ada and Hopper": the lists of fact_text.c
 *
 * Empty where there is no such fact. What it prints is in `arena`. */
struct str catalog_fact_text(struct catalog *catalog, struct arena *arena, struct str name);

/* The nearest known spelling within a small edit distance, or an empty text: for "did you mean". */
struct str catalog_nearest_board(struct catalog *catalog, struct str wrong);
struct str catalog_nearest_vgpu(struct catalog *catalog, struct str wrong,
				const struct board *board);

#endif
