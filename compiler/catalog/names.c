/* Spellings of vGPU types, and the name nearest to a wrong one. */
#include "compiler/catalog/private.h"

struct str spelling_strip(struct str s, enum vgpu_spelling *spelling)
{
	static const struct {
		struct str prefix;
		enum vgpu_spelling spelling;
	} prefixes[] = {
		{{"NVIDIA ", 7}, VGPU_DRIVER},
		{{"GRID ", 5}, VGPU_DRIVER},
		{{"nvidia_", 7}, VGPU_VCENTER},
		{{"grid_", 5}, VGPU_VCENTER},
	};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		struct str prefix = prefixes[i].prefix;

		if (s.n <= prefix.n || memcmp(s.p, prefix.p, prefix.n) != 0)
			continue;
		*spelling = prefixes[i].spelling;
		return (struct str){s.p + prefix.n, s.n - prefix.n};
	}
	*spelling = VGPU_SHORT;
	return s;
}

enum vgpu_spelling vgpu_spelling_of(struct str name)
{
	enum vgpu_spelling spelling;

	spelling_strip(name, &spelling);
	return spelling;
}

struct str vgpu_respell(struct arena *arena, struct str name, enum vgpu_spelling as)
{
	enum vgpu_spelling is = vgpu_spelling_of(name);
	char *p;

	if (is == as)
		return name;
	if (is != VGPU_DRIVER || as != VGPU_VCENTER)
		return (struct str){0};
	p = (char *)arena_copy(arena, name).p;
	for (size_t i = 0; i < name.n; i++)
		p[i] = fold(p[i]) == ' ' ? '_' : fold(p[i]);
	return (struct str){p, name.n};
}

struct str vgpu_spell(struct arena *arena, const struct vgpu_type *type, enum vgpu_spelling as)
{
	return as == VGPU_SHORT ? type->name : vgpu_respell(arena, type->full_name, as);
}

static bool has_upper_case(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] >= 'A' && s.p[i] <= 'Z')
			return true;
	}
	return false;
}

struct str vgpu_size_text(const struct vgpu_type *type)
{
	return (struct str){type->name.p + type->board_code.n, type->name.n - type->board_code.n};
}

const struct vgpu_type *type_of_code(const struct catalog *catalog, uint32_t first, struct str size)
{
	for (uint32_t i = first; i; i = catalog->next_of_code[i - 1])
		if (spelled_alike(vgpu_size_text(&catalog->types[i - 1]), size))
			return &catalog->types[i - 1];
	return NULL;
}

/* Finds a type by its size and its board code, as in the driver or in the documents. `exact`:
 * letter case matters. */
static const struct vgpu_type *find_type(const struct catalog *catalog, struct str code,
					 struct str size, bool exact)
{
	const struct vgpu_type *type = NULL;
	bool alike = true;

	for (uint32_t i = 0; i < catalog->n_codes && !type; i++)
		if (spelled_alike(catalog->codes[i].text, code)) {
			type = type_of_code(catalog, catalog->codes[i].first, size);
			alike = str_eq(catalog->codes[i].text, code);
		}
	for (uint32_t i = 0; i < catalog->n_code_spellings && !type; i++)
		if (spelled_alike(catalog->code_spellings[i].docs, code)) {
			uint32_t own = catalog->code_spellings[i].code;

			type = type_of_code(catalog, catalog->codes[own].first, size);
			alike = str_eq(catalog->code_spellings[i].docs, code);
		}
	if (type && exact && !(alike && str_eq(vgpu_size_text(type), size)))
		return NULL;
	return type;
}

const struct vgpu_type *spelling_find(const struct catalog *catalog, struct str spelling)
{
	const struct vgpu_type *type = NULL;
	enum vgpu_spelling as;
	struct str name = spelling_strip(spelling, &as);

	if (as == VGPU_VCENTER && has_upper_case(name))
		return NULL;
	/* Try each dash, since codes may contain dashes: RTX6000-Ada. */
	for (size_t i = 0; i < name.n && !type; i++)
		if (name.p[i] == '-')
			type = find_type(catalog, (struct str){name.p, i},
					 (struct str){name.p + i, name.n - i}, as != VGPU_VCENTER);
	return type;
}

const struct vgpu_type *catalog_vgpu_type(struct catalog *catalog, struct str spelling)
{
	catalog_need(catalog, PART_VGPU);
	return spelling_find(catalog, spelling);
}

/* The best candidate so far, the first one on a tie. */
struct nearest {
	struct str name;
	unsigned cost;
};

/* Considers a candidate within `limit` edits. `unlike` is an additional cost, in quarters of an
 * edit. An equal length breaks ties, then a longer common start: `a100` is nearer to `a100x` than
 * to `a10`. */
static void offer(struct nearest *best, struct str wrong, struct str name, unsigned limit,
		  unsigned unlike)
{
	unsigned d = edit_distance(wrong, name, limit);
	unsigned common = 0;

	if (d > limit)
		return;
	while (common < wrong.n && common < name.n && fold(wrong.p[common]) == fold(name.p[common]))
		common++;
	unsigned cost = d * 4 + unlike;
	cost = cost * 2 + (wrong.n != name.n);
	cost = cost * (NEAREST_MAX + 1) + (NEAREST_MAX - common);
	if (best->name.n == 0 || cost < best->cost)
		*best = (struct nearest){name, cost};
}

static unsigned cutoff(struct str wrong)
{
	return wrong.n < 6 ? 1 : (unsigned)wrong.n / 3;
}

static bool starts_like(struct str name, struct str start)
{
	size_t n = 0;

	while (n < start.n && n < name.n && fold(start.p[n]) == fold(name.p[n]))
		n++;
	return n == start.n;
}

struct str catalog_nearest_board(struct catalog *catalog, struct str wrong)
{
	struct nearest best = {0};

	if (wrong.n == 0 || wrong.n > NEAREST_MAX)
		return best.name;
	catalog_need(catalog, PART_BOARDS);
	/* `H100` abbreviates an id: it is not a misspelled `h20`. */
	for (uint32_t i = 0; wrong.n > 2 && i < catalog->boards.n; i++)
		if (starts_like(catalog->boards.list[i].id, wrong))
			return catalog->boards.list[i].id;
	for (uint32_t i = 0; i < catalog->boards.n; i++)
		offer(&best, wrong, catalog->boards.list[i].id, cutoff(wrong), 0);
	return best.name;
}

/* True if the wrong name ends with the type's slices, framebuffer and series: `-80C`, `-7-80C`. */
static bool same_size(struct str wrong, const struct vgpu_type *type)
{
	struct str size = vgpu_size_text(type);

	if (wrong.n < size.n)
		return false;
	return spelled_alike((struct str){wrong.p + wrong.n - size.n, size.n}, size);
}

static bool same_series(struct str wrong, const struct vgpu_type *type)
{
	return fold(wrong.p[wrong.n - 1]) == fold(type->series);
}

/* Searches the types of one board code, or all types if it is empty. */
static struct str nearest_type(const struct catalog *catalog, struct str wrong, struct str code)
{
	struct nearest best = {0};

	for (uint32_t i = 0; i < catalog->n_types; i++) {
		const struct vgpu_type *type = &catalog->types[i];
		if (code.n && !str_eq(type->board_code, code))
			continue;
		bool size = same_size(wrong, type);
		/* If board and size are right, the code may differ much: A100-SXM4-80C. On the
		 * right board, a wrong size costs two edits. */
		unsigned limit = code.n && size ? (unsigned)wrong.n / 2 : cutoff(wrong);
		unsigned unlike = size ? 0 : same_series(wrong, type) ? 1 : 2;
		if (code.n && !size)
			unlike += 8;
		offer(&best, wrong, type->name, limit, unlike);
	}
	return best.name;
}

/* Strips a prefix, in upper or lower case. */
static struct str without_prefix(struct str wrong)
{
	static const struct str prefixes[] = {{"nvidia ", 7}, {"grid ", 5}};

	for (size_t i = 0; i < 2; i++) {
		struct str start = {wrong.p, prefixes[i].n};
		if (wrong.n >= start.n && spelled_alike(start, prefixes[i]))
			return (struct str){wrong.p + start.n, wrong.n - start.n};
	}
	return wrong;
}

/* Searches the types of the board, then all types, unless the cached answer fits. */
static struct str nearest_of_board(struct catalog *catalog, struct str name,
				   const struct board *board)
{
	struct str code = board ? board->vgpu_code : (struct str){0}, found = {0};

	if (board == catalog->last_board && catalog->last_wrong_n &&
	    str_eq(name, (struct str){catalog->last_wrong, catalog->last_wrong_n}))
		return catalog->last_nearest;
	if (code.n)
		found = nearest_type(catalog, name, code);
	if (found.n == 0)
		found = nearest_type(catalog, name, (struct str){0});
	memcpy(catalog->last_wrong, name.p, name.n);
	catalog->last_wrong_n = name.n;
	catalog->last_board = board;
	catalog->last_nearest = found;
	return found;
}

struct str catalog_nearest_vgpu(struct catalog *catalog, struct str wrong,
				const struct board *board)
{
	struct str name = without_prefix(wrong), found = {0};

	if (name.n == 0 || name.n > NEAREST_MAX)
		return found;
	catalog_need(catalog, PART_VGPU);
	pthread_mutex_lock(&catalog->last_lock);
	found = nearest_of_board(catalog, name, board);
	pthread_mutex_unlock(&catalog->last_lock);
	return found;
}
