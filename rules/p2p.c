#include "rules/p2p.h"

#include "compiler/plan/captures.h"
#include "schema/keys.h"

bool vm_wants_p2p(const struct vm *vm)
{
	return vm->p2p != P2P_NONE && vm->n_gpus >= 2;
}

bool vgpus_want_p2p(const struct vm *vm)
{
	return vm_wants_p2p(vm) && vm->n_vgpus > 0;
}

bool is_whole(const struct vm_gpu *g)
{
	const struct vm *vm = g->vm;
	/* A profile that is not there may have held the type. */
	bool lost = span_given(vm->spec->profile.at) && !vm->profile;

	if (g->is_vgpu || vm_gpu_broken(g->spec, vgpu))
		return false;
	return span_given(g->spec->vgpu.at) || !(lost || vm_broken(vm->spec, vgpu));
}

bool has_sound_type(const struct vm_gpu *g)
{
	const struct board *board = g->gpu ? g->gpu->board : NULL;

	if (!g->type)
		return false;
	return !board || board->vgpu_code.n == 0 || str_eq(board->vgpu_code, g->type->board_code);
}

const struct vgpu_type *whole_type_like(struct judge *judge, const struct vgpu_type *type)
{
	size_t n;
	const struct vgpu_type *types = catalog_vgpu_types(judge->plan->catalog, &n);

	for (size_t i = 0; i < n; i++)
		if (types[i].whole_framebuffer && types[i].series == type->series &&
		    str_eq(types[i].board_code, type->board_code))
			return &types[i];
	return NULL;
}

bool uvm_is_param(const struct vm_gpu *g)
{
	return span_given(g->uvm.at) && g->uvm.at.at != g->spec->uvm.at.at &&
	       g->uvm.at.at != g->vm->spec->uvm.at.at;
}

const char *written(struct judge *judge, struct span at)
{
	struct str s = span_text(judge->plan->sources, at);

	if (s.n >= 2 && (*s.p == '"' || *s.p == '\'') && s.p[s.n - 1] == *s.p) {
		s.p++;
		s.n -= 2;
	}
	return quoted(judge, s);
}

void note_links(struct judge *judge, struct finding *f, const struct gpu *a, const struct gpu *b)
{
	const struct host *host = a->host;
	const struct topo_cell *cell;

	if (!b || !host->topo || !host->topo->links_known) {
		finding_note(judge->findings, f, host->nvlink_at, "the links of host '%.*s'",
			     STR_ARG(host->spec->name.s));
		return;
	}
	cell = capture_cell(host->topo, a, b);
	finding_note(judge->findings, f, cell->at, "the capture says %.*s",
		     STR_ARG(span_text(judge->plan->sources, cell->at)));
}

static bool in_use(const struct host *host, const struct gpu *gpu)
{
	for (uint32_t v = 0; v < host->n_vms; v++)
		for (uint32_t i = 0; i < host->vms[v]->n_gpus; i++)
			if (host->vms[v]->gpus[i].gpu == gpu)
				return true;
	return false;
}

const struct gpu *spare_gpu(const struct host *host, const struct board *board)
{
	for (uint32_t i = 0; i < host->n_gpus; i++)
		if (host->gpus[i].board == board && !in_use(host, &host->gpus[i]))
			return &host->gpus[i];
	return NULL;
}
