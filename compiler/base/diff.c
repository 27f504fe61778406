/* Myers' O(ND) algorithm on lines ("An O(ND) Difference Algorithm and Its Variations", 1986). */
#include "compiler/base/diff.h"

enum {
	CONTEXT = 3,
	/* The search needs 2 * MAX_EDITS^2 bytes of memory: 32 MiB. Texts that differ more are
	 * shown as replaced entirely. */
	MAX_EDITS = 4096,
};

/* The lines of a text, each including its newline. */
struct lines {
	struct str *items;
	size_t n;
};

/* A run of lines that differ: `n_old` lines from `old` are replaced by `n_new` from `new`. */
struct run {
	size_t old, n_old, new, n_new;
};

struct runs {
	struct arena *arena;
	struct run *items;
	uint32_t n, capacity;
};

static struct lines split(struct arena *arena, struct str text);
static void compare(struct runs *runs, const struct lines *old, const struct lines *new);
static void write_hunks(struct buffer *out, const struct runs *runs, const struct lines *old,
			const struct lines *new);

static bool is_binary(struct str text)
{
	return text.n && memchr(text.p, '\0', text.n);
}

void diff_unified(struct buffer *out, struct str old_name, struct str old, struct str new_name,
		  struct str new)
{
	struct runs runs = {.arena = out->arena};
	struct lines old_lines, new_lines;

	/* An empty file that is created or removed has no lines to show, but gets its header. */
	if (str_eq(old, new) && !str_is(old_name, "/dev/null") && !str_is(new_name, "/dev/null"))
		return;
	if (is_binary(old) || is_binary(new)) {
		buffer_printf(out, "Binary files %.*s and %.*s differ\n", STR_ARG(old_name),
			      STR_ARG(new_name));
		return;
	}
	old_lines = split(out->arena, old);
	new_lines = split(out->arena, new);
	compare(&runs, &old_lines, &new_lines);
	buffer_printf(out, "--- %.*s\n+++ %.*s\n", STR_ARG(old_name), STR_ARG(new_name));
	write_hunks(out, &runs, &old_lines, &new_lines);
}

static struct lines split(struct arena *arena, struct str text)
{
	struct lines lines = {0};
	const char *p = text.p, *end = text.p + text.n;
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++)
		n += text.p[i] == '\n';
	lines.items = arena_array(arena, n + 1, sizeof *lines.items);
	while (p < end) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));
		const char *next = newline ? newline + 1 : end;

		lines.items[lines.n++] = (struct str){p, (size_t)(next - p)};
		p = next;
	}
	return lines;
}

/* Adds a run, or extends the last one if they touch. Runs arrive in reverse, because trace_back
 * walks backwards. */
static void add_run(struct runs *runs, size_t old, size_t n_old, size_t new, size_t n_new)
{
	struct run *last = runs->n ? &runs->items[runs->n - 1] : NULL;

	if (last && old + n_old == last->old && new + n_new == last->new) {
		*last = (struct run){old, last->n_old + n_old, new, last->n_new + n_new};
		return;
	}
	last = arena_push(runs->arena, (void **)&runs->items, &runs->n, &runs->capacity,
			  sizeof *last);
	*last = (struct run){old, n_old, new, n_new};
}

/* The input and state of the search: the lines between the common start and the common end. */
struct search {
	const struct str *old, *new;
	int32_t n_old, n_new;
	int32_t *furthest[MAX_EDITS + 1]; /* [d]: the largest x on diagonals -d, -d+2 … d */
};

/* The largest x on diagonal k after d edits; -1 if row d has no such diagonal. */
static int32_t reached(const struct search *s, int32_t d, int32_t k)
{
	return k < -d || k > d ? -1 : s->furthest[d][(k + d) / 2];
}

/* The x where edit d enters diagonal k, before equal lines are followed: going down (an added line)
 * from k+1, or right (a removed line) from k-1. */
static int32_t step(const struct search *s, int32_t d, int32_t k, bool *down)
{
	int32_t from_above = reached(s, d - 1, k + 1), from_left = reached(s, d - 1, k - 1);

	*down = k == -d || (k != d && from_left < from_above);
	return *down ? from_above : from_left + 1;
}

/* Fills `furthest` until both ends are reached. Returns the number of edits, or -1 for more than
 * MAX_EDITS. */
static int32_t search_edits(struct search *s, struct arena *arena)
{
	for (int32_t d = 0; d <= MAX_EDITS; d++) {
		s->furthest[d] = arena_array(arena, (size_t)d + 1, sizeof *s->furthest[d]);
		for (int32_t k = -d; k <= d; k += 2) {
			bool down;
			int32_t x = d ? step(s, d, k, &down) : 0, y = x - k;

			while (x < s->n_old && y >= 0 && y < s->n_new &&
			       str_eq(s->old[x], s->new[y])) {
				x++;
				y++;
			}
			s->furthest[d][(k + d) / 2] = x;
			if (x >= s->n_old && y >= s->n_new)
				return d;
		}
	}
	return -1;
}

/* Walks from the end back to the start and adds a run per edit. */
static void trace_back(const struct search *s, int32_t edits, size_t offset, struct runs *runs)
{
	int32_t x = s->n_old, y = s->n_new;

	for (int32_t d = edits; d > 0; d--) {
		bool down;
		int32_t k = x - y, start = step(s, d, k, &down);

		if (down) {
			x = start;
			y = start - k - 1;
			add_run(runs, offset + (size_t)x, 0, offset + (size_t)y, 1);
		} else {
			x = start - 1;
			y = start - k;
			add_run(runs, offset + (size_t)x, 1, offset + (size_t)y, 0);
		}
	}
}

static void compare(struct runs *runs, const struct lines *old, const struct lines *new)
{
	size_t shorter = old->n < new->n ? old->n : new->n, start = 0, end = 0, n_old, n_new;
	struct search *search = arena_alloc(runs->arena, sizeof *search);
	int32_t edits;

	while (start < shorter && str_eq(old->items[start], new->items[start]))
		start++;
	while (end < shorter - start &&
	       str_eq(old->items[old->n - 1 - end], new->items[new->n - 1 - end]))
		end++;
	n_old = old->n - start - end;
	n_new = new->n - start - end;
	if (n_old == 0 || n_new == 0 || n_old > INT32_MAX / 2 || n_new > INT32_MAX / 2) {
		if (n_old || n_new)
			add_run(runs, start, n_old, start, n_new);
		return;
	}
	search->old = old->items + start;
	search->new = new->items + start;
	search->n_old = (int32_t)n_old;
	search->n_new = (int32_t)n_new;
	edits = search_edits(search, runs->arena);
	if (edits < 0)
		add_run(runs, start, n_old, start, n_new);
	else
		trace_back(search, edits, start, runs);
}

static void write_lines(struct buffer *out, char mark, const struct str *lines, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		buffer_add(out, (struct str){&mark, 1});
		buffer_add(out, lines[i]);
		if (lines[i].p[lines[i].n - 1] != '\n')
			buffer_puts(out, "\n\\ No newline at end of file\n");
	}
}

/* Writes a range such as "3,7". `start` counts from 0. An empty range names the line before it. */
static void write_range(struct buffer *out, size_t start, size_t n)
{
	if (n == 1)
		buffer_printf(out, "%zu", start + 1);
	else
		buffer_printf(out, "%zu,%zu", n ? start + 1 : start, n);
}

/* Writes runs[first] down to runs[last], which are in reverse order, as one hunk. */
static void write_hunk(struct buffer *out, const struct runs *runs, uint32_t first, uint32_t last,
		       const struct lines *old, const struct lines *new)
{
	const struct run *head = &runs->items[first], *tail = &runs->items[last];
	size_t before = head->old < CONTEXT ? head->old : CONTEXT;
	size_t left = old->n - (tail->old + tail->n_old), after = left < CONTEXT ? left : CONTEXT;
	size_t at = head->old - before;

	buffer_puts(out, "@@ -");
	write_range(out, at, tail->old + tail->n_old + after - at);
	buffer_puts(out, " +");
	write_range(out, head->new - before,
		    tail->new + tail->n_new + after - (head->new - before));
	buffer_puts(out, " @@\n");
	for (uint32_t i = first + 1; i-- > last;) {
		const struct run *run = &runs->items[i];

		write_lines(out, ' ', old->items + at, run->old - at);
		write_lines(out, '-', old->items + run->old, run->n_old);
		write_lines(out, '+', new->items + run->new, run->n_new);
		at = run->old + run->n_old;
	}
	write_lines(out, ' ', old->items + at, after);
}

/* Writes all hunks. Runs whose contexts touch share one. */
static void write_hunks(struct buffer *out, const struct runs *runs, const struct lines *old,
			const struct lines *new)
{
	uint32_t last;

	for (uint32_t first = runs->n; first > 0; first = last) {
		last = first - 1;
		while (last > 0 && runs->items[last - 1].old - (runs->items[last].old +
								runs->items[last].n_old) <=
					   (size_t)2 * CONTEXT)
			last--;
		write_hunk(out, runs, first - 1, last, old, new);
	}
}
