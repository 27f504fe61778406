/* Sets of a host's CPUs. They are filled word by word, since a cpulist may repeat 0-65535.
 *
 * A set takes 8 KiB, so it can live on the stack. A zeroed set is empty. */
#ifndef GPUPLAN_SCHEMA_CPU_SET_H
#define GPUPLAN_SCHEMA_CPU_SET_H

#include "schema/value.h"

struct cpu_set {
	uint64_t words[(CPU_MAX + 1) / 64];
};

void cpu_set_add(struct cpu_set *set, struct str cpulist);
void cpu_set_unite(struct cpu_set *set, const struct cpu_set *other);
/* True if the list names a CPU of the set. Sets *cpu, unless NULL, to the first one. */
bool cpu_set_meets(const struct cpu_set *set, struct str cpulist, uint32_t *cpu);
/* True if the list names a CPU that is not in the set. Sets *cpu, unless NULL, to the first one. */
bool cpu_set_lacks(const struct cpu_set *set, struct str cpulist, uint32_t *cpu);

#endif
