/* `gpuplan discover`: the machine as a host of a spec.
 *
 * What is read is untrusted: a value that is not what the kernel writes there is left out, with a
 * note that becomes a comment. */
#ifndef GPUPLAN_DISCOVER_H
#define GPUPLAN_DISCOVER_H

#include "compiler/base/files.h"
#include "compiler/catalog/catalog.h"
#include "compiler/tools/import/import.h"

enum { MAX_VFS = 256 /* of a GPU */ };

/* What a file may leave open. */
enum known { NOT_KNOWN, KNOWN_NO, KNOWN_YES };

struct found_gpu {
	struct pci_address pci;
	uint16_t device, subsystem;
	bool has_subsystem;
	int32_t node, iommu_group; /* -1: not known */
	uint64_t bar1;		   /* bytes, 0: not known */
	enum known rebar, ecc, mig;
	struct str root; /* its root complex, pci0000:20; empty: not known */
	struct pci_address *vfs;
	uint32_t n_vfs;
};

struct found_node {
	uint32_t id;
	struct str cpus; /* a cpulist; empty: none, or not known */
	uint64_t memory; /* bytes, 0: none, or not known */
	int32_t pages;	 /* of 1 GiB; -1: not known */
};

struct machine {
	struct arena *arena;
	struct str hostname;	   /* as the machine is called; empty: not known */
	struct str kernel, nvidia; /* versions, as the grammar of a spec wants them, or empty */
	enum host_driver driver;   /* 0: not known */
	enum known iommu;
	uint32_t sockets, cores, threads, phys_bits; /* 0: not known */
	enum cpu_vendor vendor;			     /* 0: not known */
	uint64_t memory;			     /* bytes, 0: not known */
	struct found_node *nodes;
	uint32_t n_nodes, nodes_capacity;
	struct found_gpu *gpus; /* in the order of their addresses */
	uint32_t n_gpus, gpus_capacity;
	uint32_t n_nvswitches;
	enum nvswitch_mode fabric; /* 0: not known */
	struct capture_set links;  /* of nvidia-smi; empty: not known */
	struct str *notes;	   /* what could not be read, and why */
	uint32_t n_notes, notes_capacity;
};

/* Reads a machine, whose root is the folder of `files`. false with *error: no NVIDIA GPU, or more
 * than a spec takes. */
bool machine_read(struct machine *machine, struct arena *arena, const struct files *files,
		  struct str *error);
/* Adds what nvidia-smi of this machine tells. It is run without a shell, and has half a minute a
 * call. `sources` takes its output. */
void machine_ask_smi(struct machine *machine, struct sources *sources);
/* A whole spec of one host, with comments for what could not be read. */
void machine_write(struct buffer *out, const struct machine *machine, struct catalog *catalog);

#endif
