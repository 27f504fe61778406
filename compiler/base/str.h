/* Text and places, which all other headers use.
 *
 * A `struct str` is a borrowed piece of text: it is not terminated, may hold any byte, and lives as
 * long as the source or arena that it points into.
 *
 * A `struct span` is a piece of the user's files. All sources of a run share one number line (see
 * compiler/source/source.h), so that eight bytes hold file, offset and length. Line and column are
 * computed only when a finding is printed. `at` is 0 for a field that was not written. */
#ifndef GPUPLAN_SCHEMA_TEXT_H
#define GPUPLAN_SCHEMA_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
	const char *p;
	size_t n;
};

#define STR(literal) ((struct str){(literal), sizeof(literal) - 1})
/* The two arguments of a `%.*s`. */
#define STR_ARG(s) (int)(s).n, (s).p

struct span {
	uint32_t at;  /* bytes from the start of the number line, counted from 1 */
	uint32_t len; /* bytes */
};

static inline struct str str_of(const char *z)
{
	return (struct str){z, strlen(z)};
}

static inline bool str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool str_is(struct str a, const char *z)
{
	return str_eq(a, str_of(z));
}

/* Compares bytes, independent of the locale. A prefix sorts first. */
static inline int str_cmp(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int d = n ? memcmp(a.p, b.p, n) : 0;
	return d ? d : (a.n > b.n) - (a.n < b.n);
}

static inline bool span_given(struct span s)
{
	return s.at != 0;
}

static inline uint32_t span_end(struct span s)
{
	return s.at + s.len;
}

static inline bool span_within(struct span inner, struct span outer)
{
	return inner.at >= outer.at && span_end(inner) <= span_end(outer);
}

#endif
