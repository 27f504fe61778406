#include "rules/vgpu.h"

bool wants_p2p(const struct vm_gpu *g)
{
	return g->vm->p2p != P2P_NONE && g->vm->n_gpus >= 2;
}

bool is_fractional(const struct vgpu_type *type)
{
	return type && type->kind == VGPU_TIME_SLICED && !type->whole_framebuffer;
}

const struct vgpu_type *p2p_type_of(struct judge *judge, const struct vm_gpu *g)
{
	return g->gpu->board ? catalog_p2p_type(judge->plan->catalog, g->gpu->board) : NULL;
}

const char *framebuffer_part(struct judge *judge, const struct vm_gpu *g)
{
	uint64_t part = g->type->framebuffer, whole = g->gpu->board->framebuffer;

	if (part * 2 == whole)
		return "half";
	if (part * 4 == whole)
		return "a quarter";
	return arena_printf(judge->arena, "%.*s of %.*s", STR_ARG(size_text(judge->arena, part)),
			    STR_ARG(size_text(judge->arena, whole)))
		.p;
}

void note_board(struct judge *judge, struct finding *f, const struct vm_gpu *g)
{
	const struct gpu *gpu = g->gpu;

	if (!span_given(gpu->spec->board.at))
		return;
	if (gpu->board)
		finding_note(judge->findings, f, gpu->spec->board.at, "%.*s is %.*s, %.*s",
			     STR_ARG(gpu->spec->name.s), STR_ARG(gpu->board->id),
			     STR_ARG(size_text(judge->arena, gpu->board->framebuffer)));
	else
		finding_note(judge->findings, f, gpu->spec->board.at, "%.*s is here",
			     STR_ARG(gpu->spec->name.s));
}
