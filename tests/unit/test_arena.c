#include "compiler/base/arena.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/check.h"

static bool all_zero(const unsigned char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i])
			return false;
	}
	return true;
}

static void test_alloc(struct arena *arena)
{
	static const size_t sizes[] = {0,     1,     15,    16,	      17,      4096,
				       65535, 65536, 65537, 1u << 20, 5u << 20};

	for (int round = 0; round < 3; round++) {
		unsigned char *last = NULL;
		for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			unsigned char *p = arena_alloc(arena, sizes[i]);
			CHECK(p && p != last && (uintptr_t)p % 8 == 0);
			CHECK(all_zero(p, sizes[i]));
			memset(p, 0xa5, sizes[i]);
			last = p;
		}
		arena_reset(arena);
	}
}

/* What a reset kept is used again. */
static void test_reset(struct arena *arena)
{
	arena_reset(arena);
	void *small = arena_alloc(arena, 100);
	void *large = arena_alloc(arena, 3u << 20);
	arena_reset(arena);
	CHECK(arena_alloc(arena, 100) == small);
	CHECK(arena_alloc(arena, 3u << 20) == large);
}

static void test_push(struct arena *arena)
{
	uint64_t *items = NULL;
	uint32_t n = 0, capacity = 0;

	for (uint64_t i = 0; i < 100000; i++)
		*(uint64_t *)arena_push(arena, (void **)&items, &n, &capacity, sizeof(*items)) = i *
												 3;
	CHECK_U64(n, 100000);
	for (uint64_t i = 0; i < n; i++)
		CHECK(items[i] == i * 3);
}

static void test_text(struct arena *arena)
{
	struct str s = arena_printf(arena, "%d and '%.*s'", 7, STR_ARG(STR("a b")));

	CHECK_STR(s, "7 and 'a b'");
	CHECK(s.p[s.n] == '\0');
	s = arena_printf(arena, "%0300d", 1);
	CHECK(s.n == 300 && s.p[299] == '1' && s.p[300] == '\0');
	s = arena_printf(arena, "%0255d|%0256d", 1, 2);
	CHECK(s.n == 512 && s.p[254] == '1' && s.p[511] == '2');
	CHECK_STR(arena_copy(arena, STR("copy")), "copy");
	CHECK_U64(arena_copy(arena, (struct str){0}).n, 0);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__clang__) /* their shadow needs the room */
/* Where there is no memory the run ends. */
static void test_no_memory(void)
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0) {
		struct rlimit limit = {64u << 20, 64u << 20};
		struct arena *arena = arena_new();

		setrlimit(RLIMIT_AS, &limit);
		for (int i = 0; i < 100; i++)
			arena_alloc(arena, 1u << 20);
		_exit(0);
	}
	CHECK(pid > 0 && waitpid(pid, &status, 0) == pid);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 2);
}
#else
static void test_no_memory(void)
{
}
#endif

int main(void)
{
	struct arena *arena = arena_new();

	test_alloc(arena);
	test_reset(arena);
	test_push(arena);
	test_text(arena);
	test_no_memory();
	arena = arena_free(arena);
	CHECK(arena == NULL && arena_free(NULL) == NULL);
	return check_done();
}
