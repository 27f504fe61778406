/* The 64-bit MMIO window of a VM: what it must hold, and what `auto` writes.
 *
 * Why twice the BARs and a power of two: BARs are aligned to their own size and each GPU has a
 * small one beside its large one, so that BAR1 of 128 GiB land 256 GiB apart; firmware aligns the
 * window to its own size. docs/mmio.md tells how the figures were found. */
#include "compiler/plan/steps_private.h"

uint64_t next_power_of_two(uint64_t n)
{
	uint64_t p = 1;

	while (p < n && p < UINT64_C(1) << 63)
		p <<= 1;
	return p;
}

/* By NVIDIA's table, the GPU of a vGPU counts only if both its MMIO space and the VM's memory are
 * large: then the window must grow. */
static bool counts(const struct figures *figures, const struct vm *vm, const struct vm_gpu *g)
{
	if (!g->gpu)
		return false;
	if (!vm->host->platform->mmio_table || !g->is_vgpu)
		return true;
	return vm->memory >= figures->vsphere_vgpu_memory &&
	       g->gpu->mmio_share >= figures->vsphere_vgpu_mmio;
}

void resolve_mmio(const struct figures *figures, struct vm *vm)
{
	struct mmio *m = &vm->mmio;

	for (uint32_t i = 0; i < vm->n_gpus; i++) {
		struct vm_gpu *g = &vm->gpus[i];
		uint64_t share;

		g->takes_mmio = counts(figures, vm, g);
		if (!g->takes_mmio)
			continue;
		share = g->gpu->mmio_share;
		m->sum += share;
		m->largest = share > m->largest ? share : m->largest;
	}
	/* With expanders only powers of two were tried. */
	m->needed = m->expanders ? next_power_of_two(m->sum + m->largest) : m->sum;
	if (vm->n_gpus)
		m->automatic = next_power_of_two(
			m->needed > figures->mmio_least ? m->needed : figures->mmio_least);
	m->window = vm->spec->mmio.n ? vm->spec->mmio.n : m->automatic;
	m->told = vm->firmware == FIRMWARE_EFI ? m->window : 0;
}

static bool same_share(const struct vm_gpu *a, const struct vm_gpu *b)
{
	return a->gpu->mmio_share == b->gpu->mmio_share && a->gpu->board == b->gpu->board;
}

struct str mmio_sum_text(struct arena *arena, const struct vm *vm)
{
	struct str text = STR("");
	uint64_t total = vm->mmio.sum;

	for (uint32_t i = 0; i < vm->n_gpus; i++) {
		const struct vm_gpu *g = &vm->gpus[i];
		bool said = false;
		uint32_t n = 0;

		if (!g->takes_mmio || !g->gpu->mmio_share)
			continue;
		for (uint32_t j = 0; j < vm->n_gpus; j++) {
			if (!vm->gpus[j].takes_mmio || !same_share(g, &vm->gpus[j]))
				continue;
			said |= j < i;
			n++;
		}
		if (said)
			continue;
		text = arena_printf(arena, "%.*s%s%u x %.*s for %.*s", STR_ARG(text),
				    text.n ? " + " : "", n,
				    STR_ARG(size_text(arena, g->gpu->mmio_share)),
				    STR_ARG(g->gpu->spec->board.s));
	}
	if (vm->mmio.expanders) {
		total += vm->mmio.largest;
		text = arena_printf(arena, "%.*s + %.*s to align the root buses", STR_ARG(text),
				    STR_ARG(size_text(arena, vm->mmio.largest)));
	}
	return arena_printf(arena, "%.*s = %.*s", STR_ARG(text), STR_ARG(size_text(arena, total)));
}
