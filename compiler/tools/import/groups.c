/* NVLink edges as groups of GPUs: as few as a greedy search finds, none of them redundant. */
#include <stdlib.h>

#include "compiler/tools/import/import.h"

enum { MOST_LINKS = 99 }; /* of an NV# */

/* The pairs of one number of links. */
struct edges {
	uint32_t n;
	gpu_mask linked[MAX_GPUS]; /* by each GPU */
	gpu_mask open[MAX_GPUS];   /* of these, in no group yet */
	uint16_t groups[MAX_GPUS][MAX_GPUS];
};

static void find_edges(const struct capture *topo, uint32_t links, struct edges *e)
{
	*e = (struct edges){.n = topo->n};
	for (uint32_t i = 0; i < e->n; i++)
		for (uint32_t j = 0; j < e->n; j++) {
			const struct topo_cell *cell = &topo->cells[(size_t)i * e->n + j];

			if (cell->is == CELL_NVLINK && cell->links == links)
				e->linked[i] |= gpu_bit(j);
		}
	memcpy(e->open, e->linked, sizeof e->open);
}

/* The GPU of `from` that brings most open edges into the set; MAX_GPUS: none brings one. */
static uint32_t best_partner(const struct edges *e, gpu_mask set, gpu_mask from)
{
	uint32_t best = MAX_GPUS;
	int most = 0;

	for (uint32_t i = 0; i < e->n; i++) {
		int gain = (from & gpu_bit(i)) ? __builtin_popcountll(e->open[i] & set) : 0;

		if (gain > most)
			most = gain, best = i;
	}
	return best;
}

/* How many groups hold each pair of the set. */
static void count_pairs(struct edges *e, gpu_mask set, int more)
{
	for (uint32_t i = 0; i < e->n; i++)
		for (uint32_t j = 0; j < e->n; j++)
			if (i != j && set & gpu_bit(i) && set & gpu_bit(j))
				e->groups[i][j] = (uint16_t)(e->groups[i][j] + more);
}

/* A full set around the open edge from `a` to `b`. */
static gpu_mask grow(struct edges *e, uint32_t a, uint32_t b)
{
	gpu_mask set = gpu_bit(a) | gpu_bit(b), from = e->linked[a] & e->linked[b];
	uint32_t next;

	while ((next = best_partner(e, set, from)) < MAX_GPUS) {
		set |= gpu_bit(next);
		from &= e->linked[next];
	}
	for (uint32_t i = 0; i < e->n; i++)
		if (set & gpu_bit(i))
			e->open[i] &= ~set;
	count_pairs(e, set, 1);
	return set;
}

/* Every pair of it is in another group too. */
static bool is_in_vain(const struct edges *e, gpu_mask set)
{
	for (uint32_t i = 0; i < e->n; i++)
		for (uint32_t j = 0; j < i; j++)
			if (set & gpu_bit(i) && set & gpu_bit(j) && e->groups[i][j] < 2)
				return false;
	return true;
}

static int by_gpus(const void *a, const void *b)
{
	gpu_mask x = ((const struct link_group *)a)->gpus, y = ((const struct link_group *)b)->gpus;
	gpu_mask first = (x ^ y) & -(x ^ y);

	return first == 0 ? 0 : (x & first) ? -1 : 1;
}

uint32_t link_groups(const struct capture *topo, struct link_group *groups)
{
	struct edges e;
	uint32_t n = 0;

	for (uint32_t links = MOST_LINKS; links > 0; links--) {
		uint32_t start = n, kept = n;

		find_edges(topo, links, &e);
		for (uint32_t i = 0; i < e.n; i++)
			while (e.open[i]) {
				uint32_t j = (uint32_t)__builtin_ctzll(e.open[i]);

				groups[n++] = (struct link_group){grow(&e, i, j), links};
			}
		for (uint32_t i = start; i < n; i++) {
			if (is_in_vain(&e, groups[i].gpus))
				count_pairs(&e, groups[i].gpus, -1);
			else
				groups[kept++] = groups[i];
		}
		n = kept;
		if (n > start)
			qsort(groups + start, n - start, sizeof *groups, by_gpus);
	}
	return n;
}
