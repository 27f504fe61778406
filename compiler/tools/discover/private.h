/* Between the files of discover.h:
 *
 *     found.c     what the readers share
 *     cpus.c      CPUs, memory, NUMA nodes
 *     gpus.c      GPUs and NVSwitches on the PCI bus
 *     smi.c       what nvidia-smi adds to that
 *     discover.c  the machine: all of these, names and versions, driver, IOMMU, fabric
 *     write.c     the spec */
#ifndef GPUPLAN_DISCOVER_PRIVATE_H
#define GPUPLAN_DISCOVER_PRIVATE_H

#include "compiler/tools/discover/discover.h"

void machine_note(struct machine *machine, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void machine_read_cpus(struct machine *machine, struct tree *tree);
bool machine_read_gpus(struct machine *machine, struct tree *tree, struct str *error);

/* `32`, all of it and at most `max`. */
bool found_number(struct str s, uint64_t max, uint64_t *out);
/* The value behind `KEY` and blanks, `:` or `=` in the line that starts with it; empty: none. */
struct str found_value(struct str text, const char *key);

#endif
