/* Sets of the host's CPUs, filled word by word: a cpulist may name 0-65535 over and over.
 *
 * 8 KiB each, so they live on the stack of who works with them. Zeroed: empty. */
#ifndef GPUPLAN_SCHEMA_CPU_SET_H
#define GPUPLAN_SCHEMA_CPU_SET_H

#include "schema/value.h"

struct cpu_set {
	uint64_t words[(CPU_MAX + 1) / 64];
};

void cpu_set_add(struct cpu_set *set, struct str cpulist);
void cpu_set_unite(struct cpu_set *set, const struct cpu_set *other);
/* The list names a CPU of the set; the first one goes to `*cpu` (may be NULL). */
bool cpu_set_meets(const struct cpu_set *set, struct str cpulist, uint32_t *cpu);
/* The list names a CPU that the set lacks; the first one goes to `*cpu` (may be NULL). */
bool cpu_set_lacks(const struct cpu_set *set, struct str cpulist, uint32_t *cpu);

#endif
