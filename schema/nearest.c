/* "did you mean": the nearest of a few known words. */
#include "schema/keys.h"

enum { LONGEST = 63 }; /* longer words are no slip of the finger */

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool same(char a, char b)
{
	return lower(a) == lower(b) || (a == '-' && b == '_') || (a == '_' && b == '-');
}

static unsigned min3(unsigned a, unsigned b, unsigned c)
{
	unsigned m = a < b ? a : b;
	return m < c ? m : c;
}

/* Insertions, deletions, replacements and swaps of neighbours; case and `-` for `_` are free. */
static unsigned distance(struct str a, struct str b)
{
	unsigned rows[3][LONGEST + 1];

	for (size_t j = 0; j <= b.n; j++)
		rows[0][j] = (unsigned)j;
	for (size_t i = 1; i <= a.n; i++) {
		unsigned *row = rows[i % 3], *above = rows[(i + 2) % 3],
			 *two_above = rows[(i + 1) % 3];

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= b.n; j++) {
			row[j] = min3(above[j] + 1, row[j - 1] + 1,
				      above[j - 1] + !same(a.p[i - 1], b.p[j - 1]));
			if (i > 1 && j > 1 && same(a.p[i - 1], b.p[j - 2]) &&
			    same(a.p[i - 2], b.p[j - 1]) && two_above[j - 2] + 1 < row[j])
				row[j] = two_above[j - 2] + 1;
		}
	}
	return rows[a.n % 3][b.n];
}

size_t nearest(struct str wrong, size_t n, struct str (*get)(size_t i, const void *data),
	       const void *data)
{
	size_t best = SIZE_MAX;
	unsigned limit = (unsigned)(wrong.n / 3);

	if (wrong.n == 0 || wrong.n > LONGEST)
		return SIZE_MAX;
	limit = limit < 1 ? 1 : limit > 3 ? 3 : limit;
	for (size_t i = 0; i < n; i++) {
		struct str known = get(i, data);
		size_t apart = known.n > wrong.n ? known.n - wrong.n : wrong.n - known.n;
		unsigned d;

		if (known.n > LONGEST || apart > limit)
			continue;
		d = distance(wrong, known);
		if (d <= limit && (d < limit || best == SIZE_MAX)) {
			best = i;
			limit = d;
		}
	}
	return best;
}
