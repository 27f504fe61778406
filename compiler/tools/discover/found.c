/* What the readers of the machine share. */
#include "compiler/tools/discover/private.h"

#include "schema/grammar.h"

void machine_note(struct machine *machine, const char *format, ...)
{
	struct str *slot = arena_push(machine->arena, (void **)&machine->notes, &machine->n_notes,
				      &machine->notes_capacity, sizeof *slot);
	va_list args;

	va_start(args, format);
	*slot = arena_vprintf(machine->arena, format, args);
	va_end(args);
}

bool found_number(struct str s, uint64_t max, uint64_t *out)
{
	uint64_t n;

	if (!parse_number(s, &n) || n > max)
		return false;
	*out = n;
	return true;
}

struct str found_value(struct str text, const char *key)
{
	size_t n = strlen(key);

	while (text.n) {
		const char *end = memchr(text.p, '\n', text.n);
		struct str line = {text.p, end ? (size_t)(end - text.p) : text.n};
		size_t i = n;

		text.p += line.n + (end != NULL);
		text.n -= line.n + (end != NULL);
		if (line.n <= n || memcmp(line.p, key, n) != 0)
			continue;
		while (i < line.n && memchr(" \t:=", line.p[i], 4))
			i++;
		if (i > n)
			return (struct str){line.p + i, line.n - i};
	}
	return STR("");
}
