/* Frames in frames, for formats whose programs lay out by themselves: there a frame lies within
 * another or apart from it, so a VM that takes parts of two NUMA nodes goes around a part of each.
 */
#include <stdlib.h>

#include "compiler/tools/graph/private.h"

enum { DEEPEST = 3 }; /* a VM, a node, a complex, in one of three orders */

/* A GPU with the frames around it, the outermost first. */
struct nested {
	const struct graph_gpu *gpu;
	struct graph_frame frames[DEEPEST];
	uint32_t n;
	/* What it is sorted by: a frame's number or rank, the same for the whole frame. */
	uint32_t keys[5];
};

/* The VM has them all. */
static bool takes_all(const struct graph_host *host, const struct graph_vm *vm, bool of_complex,
		      int32_t number)
{
	for (uint32_t i = 0; i < host->n_gpus; i++) {
		const struct graph_gpu *gpu = &host->gpus[i];

		if ((of_complex ? gpu->complex : gpu->gpu->node) == number && gpu->frame != vm)
			return false;
	}
	return true;
}

/* The VM has no other. */
static bool takes_only(const struct graph_host *host, const struct graph_vm *vm, bool of_complex,
		       int32_t number)
{
	for (uint32_t i = 0; i < host->n_gpus; i++) {
		const struct graph_gpu *gpu = &host->gpus[i];

		if (gpu->frame == vm && (of_complex ? gpu->complex : gpu->gpu->node) != number)
			return false;
	}
	return true;
}

/* Where the GPU's VM goes: 0 around its node, 1 within, 2 within its root complex. */
static uint32_t depth_of_vm(const struct graph_host *host, const struct graph_gpu *gpu)
{
	for (uint32_t depth = 2; depth > 0; depth--) {
		int32_t number = depth == 2 ? gpu->complex : gpu->gpu->node;

		if (number >= 0 && takes_only(host, gpu->frame, depth == 2, number) &&
		    !takes_all(host, gpu->frame, depth == 2, number))
			return depth;
	}
	return 0;
}

static void push(struct nested *nested, enum graph_frame_kind kind, int32_t number)
{
	nested->frames[nested->n++] = (struct graph_frame){
		kind, kind == GRAPH_FRAME_VM ? nested->gpu->frame : NULL, number};
}

static struct nested nest(const struct graph_host *host, const struct graph_gpu *gpu)
{
	struct nested nested = {.gpu = gpu};
	uint32_t vm = gpu->frame ? depth_of_vm(host, gpu) : UINT32_MAX;
	uint32_t rank = gpu->frame ? (uint32_t)__builtin_ctzll(gpu->frame->gpus) : 0;

	for (uint32_t depth = 0; depth < 3; depth++) {
		nested.keys[(size_t)2 * depth] = vm == depth ? rank : MAX_GPUS;
		if (vm == depth)
			push(&nested, GRAPH_FRAME_VM, 0);
		if (depth == 0) {
			nested.keys[1] = gpu->node_rank;
			if (gpu->gpu->node >= 0)
				push(&nested, GRAPH_FRAME_NODE, gpu->gpu->node);
		}
		if (depth == 1) {
			nested.keys[3] = gpu->complex_rank;
			if (gpu->complex >= 0)
				push(&nested, GRAPH_FRAME_COMPLEX, gpu->complex);
		}
	}
	return nested;
}

static int by_keys(const void *a, const void *b)
{
	const struct nested *x = a, *y = b;

	for (size_t i = 0; i < sizeof x->keys / sizeof *x->keys; i++)
		if (x->keys[i] != y->keys[i])
			return x->keys[i] < y->keys[i] ? -1 : 1;
	return (x->gpu->gpu->index > y->gpu->gpu->index) -
	       (x->gpu->gpu->index < y->gpu->gpu->index);
}

/* How many of the outermost frames the two share. */
static uint32_t shared_frames(const struct nested *a, const struct nested *b)
{
	uint32_t n = 0;

	while (n < a->n && n < b->n && a->frames[n].kind == b->frames[n].kind &&
	       a->frames[n].vm == b->frames[n].vm && a->frames[n].number == b->frames[n].number)
		n++;
	return n;
}

void graph_nest(const struct graph_host *host, struct arena *arena,
		const struct graph_nest_writer *writer, void *data)
{
	struct nested *all = arena_array(arena, host->n_gpus, sizeof *all);
	uint32_t depth = 0, n = 0;

	for (uint32_t i = 0; i < host->n_gpus; i++)
		all[i] = nest(host, &host->gpus[i]);
	if (host->n_gpus)
		qsort(all, host->n_gpus, sizeof *all, by_keys);
	for (uint32_t i = 0; i < host->n_gpus; i++) {
		uint32_t shared = i ? shared_frames(&all[i - 1], &all[i]) : 0;

		while (depth > shared)
			writer->close(data, --depth);
		for (; depth < all[i].n; depth++)
			writer->open(data, &all[i].frames[depth], depth, n++);
		writer->gpu(data, all[i].gpu, depth);
	}
	while (depth)
		writer->close(data, --depth);
}
