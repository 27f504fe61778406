/* Checks for the unit tests: a failed one is printed with its place, and the test goes on.
 *
 * One translation unit a test program; its main ends with `return check_done();`. */
#ifndef GPUPLAN_TESTS_CHECK_H
#define GPUPLAN_TESTS_CHECK_H

#include <inttypes.h>
#include <stdio.h>

#include "compiler/base/str.h"

static unsigned check_passed, check_failed;

static inline bool check_report(bool good, const char *file, int line)
{
	if (good) {
		check_passed++;
		return true;
	}
	check_failed++;
	fprintf(stderr, "%s:%d: ", file, line);
	return false;
}

static inline void check_true(bool good, const char *what, const char *file, int line)
{
	if (!check_report(good, file, line))
		fprintf(stderr, "not so: %s\n", what);
}

static inline void check_str(struct str got, struct str want, const char *what, const char *file,
			     int line)
{
	if (!check_report(str_eq(got, want), file, line))
		fprintf(stderr, "%s is '%.*s', expected '%.*s'\n", what, STR_ARG(got),
			STR_ARG(want));
}

static inline void check_u64(uint64_t got, uint64_t want, const char *what, const char *file,
			     int line)
{
	if (!check_report(got == want, file, line))
		fprintf(stderr, "%s is %" PRIu64 ", expected %" PRIu64 "\n", what, got, want);
}

#define CHECK(expr) check_true((expr), #expr, __FILE__, __LINE__)
/* `got` is a struct str, `want` a C string. */
#define CHECK_STR(got, want)	check_str((got), str_of(want), #got, __FILE__, __LINE__)
#define CHECK_STR_EQ(got, want) check_str((got), (want), #got, __FILE__, __LINE__)
#define CHECK_U64(got, want)	check_u64((got), (want), #got, __FILE__, __LINE__)

static inline int check_done(void)
{
	printf("%u passed, %u failed\n", check_passed, check_failed);
	return check_failed != 0;
}

#endif
