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

struct found_gpu {
	struct gpu_spec spec; /* without its name and board */
	uint16_t device, subsystem;
	bool has_subsystem;
	struct str root; /* its root complex, pci0000:20; empty: not known */
};

struct machine {
	struct arena *arena;
	struct str hostname;	/* as the machine is called; empty: not known */
	struct host_spec host;	/* what is known, but for its name, links and GPUs */
	struct found_gpu *gpus; /* in the order of their addresses */
	uint32_t n_gpus, gpus_capacity;
	uint32_t n_nvswitches;
	struct capture_set links; /* of nvidia-smi; empty: not known */
	struct str *notes;	  /* what could not be read, and why */
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
