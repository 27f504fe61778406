#include "compiler/plan/partition.h"

#include <assert.h>

enum { EXACT = 16 };

static uint32_t lowest(gpu_mask mask)
{
	return (uint32_t)__builtin_ctzll(mask);
}

static uint32_t count(gpu_mask mask)
{
	return (uint32_t)__builtin_popcountll(mask);
}

/* A graph whose nodes are sets of GPUs that stay together. */
struct graph {
	uint32_t n;
	gpu_mask members[MAX_GPUS]; /* GPUs of each node */
	gpu_mask ok[MAX_GPUS];	    /* nodes that each node is OK with */
	const struct wanted_gpus *wanted;
	uint32_t n_wanted;
};

static bool is_full(const gpu_mask *ok, gpu_mask set)
{
	for (gpu_mask left = set; left; left &= left - 1)
		if (set & ~ok[lowest(left)] & ~gpu_bit(lowest(left)))
			return false;
	return true;
}

/* Starts with every GPU in a set of its own, and unites the GPUs of each VM that can be served. */
static uint32_t serve(uint32_t n, const gpu_mask *ok, const struct wanted_gpus *wanted,
		      uint32_t n_wanted, gpu_mask *sets)
{
	for (uint32_t w = 0; w < n_wanted; w++) {
		gpu_mask united = wanted[w].gpus;
		uint32_t kept = 0;

		for (uint32_t i = 0; i < n; i++)
			if (sets[i] & wanted[w].gpus)
				united |= sets[i];
		if (!united || !is_full(ok, united))
			continue;
		/* The united set takes the place of its first part. */
		for (uint32_t i = 0; i < n; i++) {
			if (!(sets[i] & united))
				sets[kept++] = sets[i];
			else if (lowest(sets[i]) == lowest(united))
				sets[kept++] = united;
		}
		n = kept;
	}
	return n;
}

static void make_graph(struct graph *g, const gpu_mask *ok)
{
	for (uint32_t i = 0; i < g->n; i++) {
		gpu_mask all = UINT64_MAX;

		for (gpu_mask left = g->members[i]; left; left &= left - 1)
			all &= ok[lowest(left)];
		g->ok[i] = 0;
		for (uint32_t j = 0; j < g->n; j++)
			if (j != i && (g->members[j] & ~all) == 0)
				g->ok[i] |= gpu_bit(j);
	}
}

static gpu_mask members_of(const struct graph *g, gpu_mask nodes)
{
	gpu_mask gpus = 0;

	for (; nodes; nodes &= nodes - 1)
		gpus |= g->members[lowest(nodes)];
	return gpus;
}

/* The cost of a set. The partition with the least sum is chosen: partners weigh more than sets,
 * sets more than pairs. */
static int64_t cost_of(const struct graph *g, gpu_mask nodes)
{
	gpu_mask gpus = members_of(g, nodes);
	int64_t size = count(gpus), lonely = 0;

	for (uint32_t w = 0; w < g->n_wanted; w++)
		lonely += g->wanted[w].group && count(g->wanted[w].gpus & gpus) == 1;
	return (lonely << 40) + (INT64_C(1) << 20) - size * (size - 1) / 2;
}

/* The connected component of node `first`. */
static gpu_mask part_of(const struct graph *g, uint32_t first)
{
	gpu_mask part = gpu_bit(first), edge = part;

	while (edge) {
		uint32_t i = lowest(edge);

		edge &= edge - 1;
		edge |= g->ok[i] & ~part;
		part |= g->ok[i];
	}
	return part;
}

/* Small sets as bits in the reverse order of the nodes: a larger number has the lower GPUs. */
struct table {
	uint32_t n;
	uint32_t node[EXACT];	     /* of each bit */
	int64_t cost[1 << EXACT];    /* of the set; 0: not full */
	int64_t best[1 << EXACT];    /* of the best partition of the set */
	uint16_t choice[1 << EXACT]; /* the set with the highest bit in it */
	uint16_t joined[1 << EXACT]; /* the nodes that are OK with all of the set */
};

static gpu_mask nodes_of(const struct table *t, uint32_t set)
{
	gpu_mask nodes = 0;

	for (; set; set &= set - 1)
		nodes |= gpu_bit(t->node[__builtin_ctz(set)]);
	return nodes;
}

static void fill_costs(struct table *t, const struct graph *g)
{
	t->joined[0] = (uint16_t)((1U << t->n) - 1);
	for (uint32_t set = 1; set < 1U << t->n; set++) {
		uint32_t low = (uint32_t)__builtin_ctz(set), rest = set & (set - 1), ok = 0;

		for (uint32_t i = 0; i < t->n; i++)
			ok |= (uint32_t)(g->ok[t->node[low]] >> t->node[i] & 1) << i;
		t->joined[set] = (uint16_t)(t->joined[rest] & ok);
		t->cost[set] = 0;
		if (rest == 0 || (t->cost[rest] && t->joined[rest] >> low & 1))
			t->cost[set] = cost_of(g, nodes_of(t, set));
	}
}

/* Finds the best partition of every set that a choice can leave, and of the whole. */
static void fill_best(struct table *t)
{
	uint32_t top, all;

	assert(t->n > 0 && t->n <= EXACT);
	top = 1U << (t->n - 1);
	all = 2 * top - 1;
	t->best[0] = 0;
	for (uint32_t set = 1; set <= all; set = set == top - 1 ? all : set + 1) {
		uint32_t high = 1U << (31 - __builtin_clz(set)), rest = set ^ high;

		t->best[set] = INT64_MAX;
		/* From the largest number down; of equals the first is kept. */
		for (uint32_t with = rest;; with = (with - 1) & rest) {
			uint32_t chosen = with | high;
			int64_t cost = t->cost[chosen];

			if (cost && cost + t->best[set ^ chosen] < t->best[set]) {
				t->best[set] = cost + t->best[set ^ chosen];
				t->choice[set] = (uint16_t)chosen;
			}
			if (with == 0)
				break;
		}
		if (set == all)
			break;
	}
}

static uint32_t split_exactly(struct table *t, const struct graph *g, gpu_mask part, gpu_mask *sets)
{
	uint32_t n = 0;

	t->n = count(part);
	for (uint32_t i = t->n; i > 0; part &= part - 1)
		t->node[--i] = lowest(part);
	fill_costs(t, g);
	fill_best(t);
	for (uint32_t left = (1U << t->n) - 1; left; left ^= t->choice[left])
		sets[n++] = members_of(g, nodes_of(t, t->choice[left]));
	return n;
}

/* Greedy: starts at the lowest node and adds the node that most others can still join. */
static uint32_t split_greedily(const struct graph *g, gpu_mask part, gpu_mask *sets)
{
	uint32_t n = 0;

	while (part) {
		gpu_mask set = part & -part, open = g->ok[lowest(part)] & part;

		while (open) {
			uint32_t best = lowest(open);

			for (gpu_mask left = open; left; left &= left - 1)
				if (count(open & g->ok[lowest(left)]) > count(open & g->ok[best]))
					best = lowest(left);
			set |= gpu_bit(best);
			open &= g->ok[best];
		}
		sets[n++] = members_of(g, set);
		part &= ~set;
	}
	return n;
}

static void sort_sets(gpu_mask *sets, uint32_t n)
{
	for (uint32_t i = 1; i < n; i++)
		for (uint32_t j = i; j > 0 && lowest(sets[j]) < lowest(sets[j - 1]); j--) {
			gpu_mask swapped = sets[j];

			sets[j] = sets[j - 1];
			sets[j - 1] = swapped;
		}
}

uint32_t partition_gpus(uint32_t n, const gpu_mask *ok, const struct wanted_gpus *wanted,
			uint32_t n_wanted, gpu_mask *sets)
{
	struct arena *scratch = arena_new();
	struct table *table = NULL;
	struct graph g = {.wanted = wanted, .n_wanted = n_wanted};
	gpu_mask left;
	uint32_t n_sets = 0;

	for (uint32_t i = 0; i < n; i++)
		g.members[i] = gpu_bit(i);
	g.n = serve(n, ok, wanted, n_wanted, g.members);
	make_graph(&g, ok);
	left = g.n == MAX_GPUS ? UINT64_MAX : gpu_bit(g.n) - 1;
	while (left) {
		gpu_mask part = part_of(&g, lowest(left));

		left &= ~part;
		if (is_full(g.ok, part)) {
			sets[n_sets++] = members_of(&g, part);
		} else if (count(part) > EXACT) {
			n_sets += split_greedily(&g, part, sets + n_sets);
		} else {
			table = table ? table : arena_alloc(scratch, sizeof *table);
			n_sets += split_exactly(table, &g, part, sets + n_sets);
		}
	}
	sort_sets(sets, n_sets);
	arena_free(scratch);
	return n_sets;
}
