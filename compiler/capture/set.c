/* Collects the captures of one host from any number of files. */
#include "compiler/capture/private.h"

/* All matrices of all files. */
struct collection {
	struct arena *arena;
	const struct capture_matrix **items;
	uint32_t n, capacity;
	struct capture_error *error;
};

/* The chosen matrix of each kind. */
struct slots {
	const struct capture_matrix *of[CAPTURE_WRITE + 1];
};

static bool is_any(const struct capture_matrix *m)
{
	return capture_is_wanted(m, CAPTURE_TOPO) || capture_is_wanted(m, CAPTURE_READ) ||
	       capture_is_wanted(m, CAPTURE_WRITE);
}

static bool refuse_file(struct collection *all, const struct capture_reader *r)
{
	struct capture_error *error = all->error;

	*error = (struct capture_error){.at = {r->source->base, 0}};
	if (r->source->text.n == 0) {
		error->message = STR("the file is empty");
	} else if (r->n == 0) {
		error->message = STR("no matrix of `nvidia-smi topo` found");
	} else {
		error->at = r->items[0].capture.header;
		error->message = arena_printf(
			all->arena, "this is `nvidia-smi topo -p2p %.*s`, not -m, -mp, -p2p r or w",
			STR_ARG(r->items[0].option));
	}
	return false;
}

static bool collect(struct collection *all, const struct source *source)
{
	struct capture_reader r = {.arena = all->arena, .source = source};
	uint32_t before = all->n;

	if (source->cut) {
		*all->error = (struct capture_error){
			.at = {source->base, 0}, .message = STR("the file is larger than 1 MiB")};
		return false;
	}
	if (!capture_matrices(&r, all->error))
		return false;
	for (uint32_t i = 0; i < r.n; i++) {
		const struct capture_matrix *m = &r.items[i];

		if (m->bad && (is_any(m) || !m->kind_known)) {
			*all->error = m->error;
			return false;
		}
		if (!m->bad && is_any(m))
			*(const struct capture_matrix **)arena_push(
				all->arena, (void **)&all->items, &all->n, &all->capacity,
				sizeof(const struct capture_matrix *)) = m;
	}
	return all->n > before || refuse_file(all, &r);
}

static bool place(struct collection *all, const struct capture_matrix **slot,
		  const struct capture_matrix *m)
{
	if (*slot && !capture_same(*slot, m)) {
		*all->error = (struct capture_error){
			.at = m->capture.header,
			.other = (*slot)->capture.header,
			.message = STR("a second matrix differs from the first"),
			.other_message = STR("the first matrix"),
		};
		return false;
	}
	if (!*slot || (capture_shows_links(m) && !capture_shows_links(*slot)))
		*slot = m;
	return true;
}

static bool sort_in(struct collection *all, struct slots *slots, const struct capture_matrix *m)
{
	if (!m->p2p)
		return place(all, &slots->of[CAPTURE_TOPO], m);
	if (!capture_told(m)) {
		const struct capture_matrix *read = slots->of[CAPTURE_READ];

		return place(
			all,
			&slots->of[read && !capture_same(read, m) ? CAPTURE_WRITE : CAPTURE_READ],
			m);
	}
	for (int kind = CAPTURE_READ; kind <= CAPTURE_WRITE; kind++)
		if (capture_is_wanted(m, (enum capture_kind)kind) &&
		    !place(all, &slots->of[kind], m))
			return false;
	return true;
}

/* All captures must have the same number of GPUs. */
static bool check_sizes(struct collection *all, const struct slots *slots)
{
	const struct capture *first = NULL;

	for (int kind = CAPTURE_TOPO; kind <= CAPTURE_WRITE; kind++) {
		const struct capture *c = slots->of[kind] ? &slots->of[kind]->capture : NULL;

		if (c && first && c->n != first->n) {
			*all->error = (struct capture_error){
				.at = c->header,
				.other = first->header,
				.message = arena_printf(all->arena,
							"this matrix has %u GPUs, another has %u",
							c->n, first->n),
				.other_message = STR("the other matrix"),
			};
			return false;
		}
		first = first ? first : c;
	}
	return true;
}

static const struct capture *capture_of(struct arena *arena, const struct capture_matrix *m)
{
	struct capture *c;

	if (!m)
		return NULL;
	c = arena_alloc(arena, sizeof *c);
	*c = m->capture;
	c->links_known = !m->p2p && capture_shows_links(m);
	c->told = capture_told(m);
	return c;
}

bool capture_set_read(struct arena *arena, const struct sources *sources, uint32_t first,
		      struct capture_set *set, struct capture_error *error)
{
	struct collection all = {.arena = arena, .error = error};
	struct slots slots = {0};

	for (uint32_t i = first; i < sources->n; i++)
		if (!collect(&all, &sources->items[i]))
			return false;
	/* Matrices with a known command line go first. */
	for (int told = 1; told >= 0; told--)
		for (uint32_t i = 0; i < all.n; i++)
			if (capture_told(all.items[i]) == told &&
			    !sort_in(&all, &slots, all.items[i]))
				return false;
	if (!check_sizes(&all, &slots))
		return false;
	*set = (struct capture_set){capture_of(arena, slots.of[CAPTURE_TOPO]),
				    capture_of(arena, slots.of[CAPTURE_READ]),
				    capture_of(arena, slots.of[CAPTURE_WRITE])};
	return true;
}

uint32_t capture_set_gpus(const struct capture_set *set)
{
	const struct capture *any = set->topo ? set->topo : set->read ? set->read : set->write;

	return any ? any->n : 0;
}

bool capture_set_proves(const struct capture_set *set, uint32_t a, uint32_t b)
{
	size_t i = (size_t)a * set->read->n + b;

	return set->read->cells[i].is == CELL_OK &&
	       (!set->write || set->write->cells[i].is == CELL_OK) &&
	       (!set->topo || set->topo->cells[i].is != CELL_NVLINK);
}
