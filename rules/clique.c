#include "rules/clique.h"

#include "rules/p2p.h"

bool wants_clique(const struct vm *vm)
{
	bool wants = vm->host->platform->cliques && vm->p2p == P2P_PCIE && vm->n_gpus >= 2 &&
		     !vm->skip_p2p;

	for (uint32_t i = 0; i < vm->n_gpus && wants; i++)
		wants = is_whole(&vm->gpus[i]);
	return wants;
}

const struct vm *first_clique_vm(const struct host *host, uint32_t *more)
{
	const struct vm *first = NULL;
	uint32_t n = 0;

	for (uint32_t i = 0; i < host->n_vms; i++) {
		if (!wants_clique(host->vms[i]))
			continue;
		if (first)
			n++;
		else
			first = host->vms[i];
	}
	if (more)
		*more = n;
	return first;
}

bool is_geforce(const struct gpu *gpu)
{
	return gpu->board && gpu->board->class == BOARD_GEFORCE;
}

struct span member_at(const struct clique *clique, const struct gpu *gpu)
{
	for (uint32_t i = 0; clique->group && i < clique->group->gpus.n; i++)
		if (str_eq(clique->group->gpus.items[i].s, gpu->spec->name.s))
			return clique->group->gpus.items[i].at;
	return clique->at;
}

struct str gpu_list(struct judge *judge, const struct host *host, gpu_mask mask)
{
	struct str text = STR("[");

	for (uint32_t i = 0; i < host->n_gpus; i++)
		if (mask >> i & 1)
			text = arena_printf(judge->arena, "%.*s%s%.*s", STR_ARG(text),
					    text.n > 1 ? ", " : "",
					    STR_ARG(host->gpus[i].spec->name.s));
	return arena_printf(judge->arena, "%.*s]", STR_ARG(text));
}

static bool id_taken(const struct host *host, unsigned id)
{
	for (uint32_t i = 0; i < host->n_cliques; i++)
		if (host->cliques[i].id == id)
			return true;
	return false;
}

unsigned free_clique_id(const struct host *host)
{
	unsigned id = 0;

	while (id < MAX_CLIQUES && id_taken(host, id))
		id++;
	return id;
}

void note_chip(struct judge *judge, struct finding *f, const struct gpu *gpu)
{
	if (!gpu->board || !span_given(gpu->spec->board.at))
		return;
	finding_note(judge->findings, f, gpu->spec->board.at, "%.*s is %.*s (%.*s)",
		     STR_ARG(gpu->spec->name.s), STR_ARG(gpu->board->id),
		     STR_ARG(gpu->board->chip));
}
