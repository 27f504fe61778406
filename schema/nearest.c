#include "schema/nearest.h"

static char fold(char c)
{
	return c == '_' ? '-' : c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static unsigned smaller(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Fills a row of the table: `row[j]` is the distance from the first i characters of b to the first
 * j of a. Returns its smallest entry, a lower bound for all later rows. */
static unsigned fill_row(struct str a, struct str b, unsigned i, const unsigned *before,
			 const unsigned *above, unsigned *row)
{
	char y = fold(b.p[i - 1]);
	unsigned least = row[0] = i;

	for (unsigned j = 1; j <= a.n; j++) {
		char x = fold(a.p[j - 1]);
		unsigned d = smaller(above[j - 1] + (x != y), smaller(above[j], row[j - 1]) + 1);

		if (i > 1 && j > 1 && x == fold(b.p[i - 2]) && y == fold(a.p[j - 2]))
			d = smaller(d, before[j - 2] + 1);
		row[j] = d;
		least = smaller(least, d);
	}
	return least;
}

unsigned edit_distance(struct str a, struct str b, unsigned limit)
{
	unsigned rows[3][EDIT_LONGEST + 1];

	if (a.n > EDIT_LONGEST || b.n > EDIT_LONGEST || (a.n > b.n ? a.n - b.n : b.n - a.n) > limit)
		return limit + 1;
	for (unsigned j = 0; j <= a.n; j++)
		rows[0][j] = j;
	for (unsigned i = 1; i <= b.n; i++)
		if (fill_row(a, b, i, rows[(i + 1) % 3], rows[(i + 2) % 3], rows[i % 3]) > limit)
			return limit + 1;
	return smaller(rows[b.n % 3][a.n], limit + 1);
}

struct str nearest(struct str wrong, size_t n, struct str (*get)(size_t i, const void *data),
		   const void *data)
{
	unsigned limit = (unsigned)(wrong.n / 3);
	struct str best = STR("");

	if (wrong.n == 0)
		return best;
	limit = limit < 1 ? 1 : limit > 3 ? 3 : limit;
	for (size_t i = 0; i < n; i++) {
		struct str word = get(i, data);
		unsigned d = edit_distance(wrong, word, limit);

		if (d <= limit && (d < limit || best.n == 0)) {
			best = word;
			limit = d;
		}
	}
	return best;
}

struct str did_you_mean(struct arena *arena, struct str near)
{
	return near.n ? arena_printf(arena, "did you mean '%.*s'?", STR_ARG(near)) : STR("");
}

struct str unknown_name(struct arena *arena, const char *what, struct str name, struct str near,
			const char *otherwise)
{
	return arena_printf(arena, "%s '%.*s'%s%.*s", what, STR_ARG(name),
			    near.n ? ": " : otherwise, STR_ARG(did_you_mean(arena, near)));
}
