/* NVLink edges as groups: exactly the pairs of the matrix, none in vain; and what YAML quotes. */
#include "check.h"
#include "compiler/source/yaml_write.h"
#include "compiler/tools/import/import.h"

static struct arena *arena;
static uint32_t state = 5;

static uint32_t draw(uint32_t below)
{
	state = state * 1664525 + 1013904223;
	return (state >> 16) % below;
}

static struct topo_cell *cell(struct capture *c, uint32_t i, uint32_t j)
{
	return &c->cells[(size_t)i * c->n + j];
}

static void connect(struct capture *c, uint32_t i, uint32_t j, uint32_t links)
{
	*cell(c, i, j) = *cell(c, j, i) = (struct topo_cell){.is = links ? CELL_NVLINK : CELL_SYS,
							     .links = links};
}

static struct capture *matrix(uint32_t n)
{
	struct capture *c = arena_alloc(arena, sizeof *c);

	*c = (struct capture){.n = n, .cells = arena_array(arena, (size_t)n * n, sizeof *c->cells)};
	return c;
}

/* Links that the groups (all but `without`) give a pair. */
static uint32_t links_of(const struct link_group *groups, uint32_t n, uint32_t without, uint32_t i,
			 uint32_t j)
{
	uint32_t links = 0;

	for (uint32_t g = 0; g < n; g++)
		if (g != without && groups[g].gpus >> i & 1 && groups[g].gpus >> j & 1)
			links = links && links != groups[g].links ? UINT32_MAX : groups[g].links;
	return links;
}

static bool is_same(const struct capture *c, const struct link_group *groups, uint32_t n,
		    uint32_t without)
{
	for (uint32_t i = 0; i < c->n; i++)
		for (uint32_t j = 0; j < i; j++)
			if (links_of(groups, n, without, i, j) !=
			    c->cells[(size_t)i * c->n + j].links)
				return false;
	return true;
}

static void test_random(void)
{
	struct link_group *groups = arena_array(arena, MAX_LINK_GROUPS, sizeof *groups);

	for (int round = 0; round < 300; round++) {
		uint32_t most = round < 290 ? 9 : MAX_GPUS, often = 1 + draw(9), n;
		struct capture *c = matrix(1 + draw(most));

		for (uint32_t i = 0; i < c->n; i++)
			for (uint32_t j = 0; j < i; j++)
				connect(c, i, j, draw(10) < often ? 1 + draw(3) : 0);
		n = link_groups(c, groups);
		CHECK(is_same(c, groups, n, n));
		for (uint32_t g = 0; g < n && c->n <= 9; g++)
			CHECK(!is_same(c, groups, n, g));
	}
}

/* Two full squares, and one pair between them. */
static void test_few(void)
{
	struct link_group groups[MAX_LINK_GROUPS];
	struct capture *c = matrix(8);

	for (uint32_t i = 0; i < 8; i++)
		for (uint32_t j = 0; j < i; j++)
			connect(c, i, j, i / 4 == j / 4 ? 4 : 0);
	CHECK_U64(link_groups(c, groups), 2);
	CHECK_U64(groups[0].gpus, 0x0f);
	CHECK_U64(groups[1].gpus, 0xf0);
	connect(c, 0, 4, 12);
	CHECK_U64(link_groups(c, groups), 3);
	CHECK_U64(groups[0].links, 12);
}

static void check_text(const char *text, const char *want)
{
	struct buffer out;

	buffer_init(&out, arena);
	yaml_write_text(&out, str_of(text));
	CHECK_STR(buffer_text(&out), want);
}

static void test_text(void)
{
	check_text("gpu-7.example.com", "gpu-7.example.com");
	check_text("6.8.0-45-generic", "6.8.0-45-generic");
	check_text("05:00.0", "\"05:00.0\"");
	check_text("570.86", "\"570.86\"");
	check_text("10de:20b2", "\"10de:20b2\"");
	check_text("0-31,64", "\"0-31,64\"");
	check_text("No", "\"No\"");
	check_text("null", "\"null\"");
	check_text("1e3", "\"1e3\"");
	check_text("", "\"\"");
	check_text("- a", "\"- a\"");
	check_text("a\"b\\c\n\xff\xc3\xa9", "\"a\\\"b\\\\c\\x0A\\U0000FFFD\xc3\xa9\"");
}

int main(void)
{
	arena = arena_new();
	test_random();
	test_few();
	test_text();
	arena_free(arena);
	return check_done();
}
