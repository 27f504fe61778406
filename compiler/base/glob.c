#include "compiler/base/glob.h"

#include <fnmatch.h>

struct parts {
	const char **items; /* terminated, for fnmatch */
	uint32_t n, capacity;
};

/* Splits a path at its slashes. Drops `.` and empty parts, as in `./vendor` and `vendor/`. */
static struct parts split(struct arena *arena, struct str path)
{
	struct parts parts = {0};

	for (size_t i = 0, end; i < path.n; i = end + 1) {
		const char *slash = memchr(path.p + i, '/', path.n - i);
		struct str part;
		const char **slot;

		end = slash ? (size_t)(slash - path.p) : path.n;
		part = (struct str){path.p + i, end - i};
		if (part.n == 0 || str_is(part, "."))
			continue;
		slot = arena_push(arena, (void **)&parts.items, &parts.n, &parts.capacity,
				  sizeof *slot);
		*slot = arena_printf(arena, "%.*s", STR_ARG(part)).p;
	}
	return parts;
}

bool glob_covers(struct arena *arena, struct str pattern, struct str path)
{
	struct parts wanted = split(arena, pattern), given = split(arena, path);
	uint32_t w = 0, g = 0, after_stars = UINT32_MAX, resume = 0;

	/* On a mismatch, the last `**` takes one more part. Earlier ones never have to, so this
	 * takes at most wanted.n * given.n steps. */
	while (w < wanted.n) {
		if (strcmp(wanted.items[w], "**") == 0) {
			after_stars = ++w;
			resume = g;
		} else if (g < given.n &&
			   fnmatch(wanted.items[w], given.items[g], FNM_PATHNAME) == 0) {
			w++;
			g++;
		} else if (after_stars != UINT32_MAX && resume < given.n) {
			w = after_stars;
			g = ++resume;
		} else {
			return false;
		}
	}
	return wanted.n > 0;
}
