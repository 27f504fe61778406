#include "schema/cpu_set.h"

/* The bits of word `w` for the CPUs `first` to `last`. */
static uint64_t bits(uint32_t w, uint32_t first, uint32_t last)
{
	uint32_t low = first > w * 64 ? first - w * 64 : 0;
	uint32_t high = last < w * 64 + 63 ? last - w * 64 : 63;

	return UINT64_MAX << low & UINT64_MAX >> (63 - high);
}

void cpu_set_add(struct cpu_set *set, struct str cpulist)
{
	uint32_t first, last;

	while (cpulist_next(&cpulist, &first, &last))
		for (uint32_t w = first / 64; w <= last / 64; w++)
			set->words[w] |= bits(w, first, last);
}

void cpu_set_unite(struct cpu_set *set, const struct cpu_set *other)
{
	for (size_t w = 0; w < sizeof set->words / sizeof *set->words; w++)
		set->words[w] |= other->words[w];
}

/* Finds the first CPU of the list whose bit in the set equals `wanted`. */
static bool find(const struct cpu_set *set, struct str cpulist, bool wanted, uint32_t *cpu)
{
	uint32_t first, last;

	while (cpulist_next(&cpulist, &first, &last)) {
		for (uint32_t w = first / 64; w <= last / 64; w++) {
			uint64_t word = wanted ? set->words[w] : ~set->words[w];
			uint64_t found = word & bits(w, first, last);

			if (!found)
				continue;
			if (cpu)
				*cpu = w * 64 + (uint32_t)__builtin_ctzll(found);
			return true;
		}
	}
	return false;
}

bool cpu_set_meets(const struct cpu_set *set, struct str cpulist, uint32_t *cpu)
{
	return find(set, cpulist, true, cpu);
}

bool cpu_set_lacks(const struct cpu_set *set, struct str cpulist, uint32_t *cpu)
{
	return find(set, cpulist, false, cpu);
}
