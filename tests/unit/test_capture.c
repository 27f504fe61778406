/* Cliques out of a matrix: against all partitions of small hosts, and quick on large ones. */
#include <time.h>

#include "check.h"
#include "compiler/plan/partition.h"

enum { SMALL = 7, WANTED = 3 };

static uint32_t state = 12;

static uint32_t draw(uint32_t below)
{
	state = state * 1664525 + 1013904223;
	return (state >> 16) % below;
}

struct hard_problem {
	uint32_t n;
	gpu_mask ok[MAX_GPUS];
	struct wanted_gpus wanted[WANTED];
	uint32_t n_wanted;
};

static bool is_full(const struct hard_problem *p, gpu_mask set)
{
	for (uint32_t i = 0; i < p->n; i++)
		for (uint32_t j = 0; j < p->n; j++)
			if (i != j && set >> i & 1 && set >> j & 1 && !(p->ok[i] >> j & 1))
				return false;
	return true;
}

static bool is_together(const gpu_mask *sets, uint32_t n, gpu_mask gpus)
{
	for (uint32_t i = 0; i < n; i++)
		if ((gpus & ~sets[i]) == 0)
			return true;
	return false;
}

/* Which of the VMs are served, the first ones first; then partners, sets and pairs. */
static int64_t price(const struct hard_problem *p, const gpu_mask *sets, uint32_t n)
{
	int64_t lonely = 0, pairs = 0, unserved = 0;

	for (uint32_t w = 0; w < p->n_wanted; w++)
		unserved = 2 * unserved + !is_together(sets, n, p->wanted[w].gpus);
	for (uint32_t i = 0; i < n; i++) {
		int64_t size = __builtin_popcountll(sets[i]);

		if (!is_full(p, sets[i]))
			return INT64_MAX;
		pairs += size * (size - 1) / 2;
		for (uint32_t w = 0; w < p->n_wanted; w++)
			lonely += p->wanted[w].group &&
				  __builtin_popcountll(sets[i] & p->wanted[w].gpus) == 1;
	}
	return (unserved << 48) + (lonely << 32) + ((int64_t)n << 16) - pairs;
}

/* Puts GPU `next` and all after it into every set there is and into one of its own. */
static int64_t cheapest(const struct hard_problem *p, gpu_mask *sets, uint32_t n, uint32_t next)
{
	int64_t best = INT64_MAX;

	if (next == p->n)
		return price(p, sets, n);
	for (uint32_t i = 0; i <= n; i++) {
		int64_t cost;

		sets[i] = (i == n ? 0 : sets[i]) | UINT64_C(1) << next;
		cost = cheapest(p, sets, i == n ? n + 1 : n, next + 1);
		sets[i] &= ~(UINT64_C(1) << next);
		best = cost < best ? cost : best;
	}
	return best;
}

static void connect(struct hard_problem *p, uint32_t a, uint32_t b)
{
	p->ok[a] |= UINT64_C(1) << b;
	p->ok[b] |= UINT64_C(1) << a;
}

static struct hard_problem random_problem(void)
{
	struct hard_problem p = {.n = 1 + draw(SMALL), .n_wanted = draw(WANTED + 1)};
	uint32_t often = 1 + draw(9);

	for (uint32_t i = 0; i < p.n; i++)
		for (uint32_t j = 0; j < i; j++)
			if (draw(10) < often)
				connect(&p, i, j);
	for (uint32_t w = 0; w < p.n_wanted; w++) {
		while (__builtin_popcountll(p.wanted[w].gpus) < 2 && p.n > 1)
			p.wanted[w].gpus |= UINT64_C(1) << draw(p.n) | UINT64_C(1) << draw(p.n);
		p.wanted[w].group = draw(2);
	}
	p.n_wanted = p.n > 1 ? p.n_wanted : 0;
	return p;
}

static bool is_partition(const struct hard_problem *p, const gpu_mask *sets, uint32_t n)
{
	gpu_mask seen = 0, all = p->n == MAX_GPUS ? UINT64_MAX : (UINT64_C(1) << p->n) - 1;

	for (uint32_t i = 0; i < n; i++) {
		if (!sets[i] || sets[i] & seen || !is_full(p, sets[i]))
			return false;
		if (i && __builtin_ctzll(sets[i]) < __builtin_ctzll(sets[i - 1]))
			return false;
		seen |= sets[i];
	}
	return seen == all;
}

static uint32_t solve(const struct hard_problem *p, gpu_mask *sets)
{
	uint32_t n = partition_gpus(p->n, p->ok, p->wanted, p->n_wanted, sets);

	CHECK(is_partition(p, sets, n));
	return n;
}

static void test_against_all(void)
{
	for (uint32_t i = 0; i < 3000; i++) {
		struct hard_problem p = random_problem();
		gpu_mask sets[MAX_GPUS], tried[MAX_GPUS] = {0};
		uint32_t n = solve(&p, sets);

		CHECK(price(&p, sets, n) == cheapest(&p, tried, 0, 0));
	}
}

static void test_full_sets(void)
{
	struct hard_problem p = {.n = MAX_GPUS};
	gpu_mask sets[MAX_GPUS];

	CHECK_U64(solve(&p, sets), MAX_GPUS);
	for (uint32_t i = 0; i < p.n; i++)
		for (uint32_t j = 0; j < i; j++)
			if (i / 8 == j / 8)
				connect(&p, i, j);
	CHECK_U64(solve(&p, sets), 8);
	CHECK_U64(sets[1], 0xff00);
	for (uint32_t i = 0; i < p.n; i++)
		for (uint32_t j = 0; j < i; j++)
			connect(&p, i, j);
	CHECK_U64(solve(&p, sets), 1);
	CHECK_U64(sets[0], UINT64_MAX);
}

/* Of equals the one that keeps low GPUs together. */
static void test_ties(void)
{
	struct hard_problem p = {.n = 3};
	gpu_mask sets[MAX_GPUS];

	connect(&p, 0, 1);
	connect(&p, 1, 2);
	CHECK_U64(solve(&p, sets), 2);
	CHECK_U64(sets[0], 3);
	CHECK_U64(sets[1], 4);
	p.n_wanted = 1;
	p.wanted[0].gpus = 6;
	CHECK_U64(solve(&p, sets), 2);
	CHECK_U64(sets[0], 1);
	CHECK_U64(sets[1], 6);
}

/* The slowest of hosts: four parts of 16 where all but one pair is OK; and one part of 64. */
static void test_large(void)
{
	struct hard_problem p = {.n = MAX_GPUS};
	gpu_mask sets[MAX_GPUS];
	clock_t start = clock();
	uint32_t n;

	for (uint32_t i = 0; i < p.n; i++)
		for (uint32_t j = 0; j < i; j++)
			if (i / 16 == j / 16 && (i % 16 != 1 || j % 16 != 0))
				connect(&p, i, j);
	CHECK_U64(solve(&p, sets), 8);
	for (uint32_t i = 0; i < p.n; i++)
		for (uint32_t j = 0; j < i; j++)
			if (draw(4))
				connect(&p, i, j);
	n = solve(&p, sets);
	CHECK(n >= 2 && n <= 32);
	printf("large hosts: %.0f ms\n", 1000.0 * (double)(clock() - start) / CLOCKS_PER_SEC);
}

int main(void)
{
	test_against_all();
	test_full_sets();
	test_ties();
	test_large();
	return check_done();
}
