#include "compiler/cli/lsp/facts.h"

#include "schema/reference.h"

struct str board_facts(struct arena *arena, const struct board *board)
{
	struct buffer out;

	buffer_init(&out, arena);
	buffer_printf(&out, "%.*s, %.*s, 10de:%04x", STR_ARG(board->name),
		      STR_ARG(size_text(arena, board->framebuffer)), board->pci_device);
	if (board->bar1)
		buffer_printf(&out, ", BAR1 %.*s", STR_ARG(size_text(arena, board->bar1)));
	if (board->vsphere_mmio)
		buffer_printf(&out, ", MMIO %.*s by NVIDIA's table",
			      STR_ARG(size_text(arena, board->vsphere_mmio)));
	return buffer_text(&out);
}

struct str vgpu_facts(struct arena *arena, const struct vgpu_type *type)
{
	struct buffer out;

	buffer_init(&out, arena);
	buffer_printf(&out, "%.*s, %s", STR_ARG(size_text(arena, type->framebuffer)),
		      type->kind == VGPU_MIG_BACKED ? "MIG-backed" : "time-sliced");
	if (type->whole_framebuffer)
		buffer_puts(&out, ", all of the framebuffer");
	if (type->max_per_gpu)
		buffer_printf(&out, ", at most %u a GPU", type->max_per_gpu);
	return buffer_text(&out);
}

/* The VMs that use the GPU or a part of it. */
static void add_users(struct buffer *out, const struct gpu *gpu)
{
	const char *before = "; used by ";

	for (uint32_t i = 0; i < gpu->host->n_vms; i++) {
		const struct vm *vm = gpu->host->vms[i];

		for (uint32_t k = 0; k < vm->n_gpus; k++) {
			if (vm->gpus[k].gpu != gpu)
				continue;
			buffer_printf(out, "%s%.*s", before, STR_ARG(vm->spec->name.s));
			before = ", ";
			break;
		}
	}
}

struct str gpu_facts(struct arena *arena, const struct gpu *gpu)
{
	struct buffer out;
	char pci[24];

	buffer_init(&out, arena);
	buffer_add(&out, gpu->board ? gpu->board->id : gpu->spec->board.s);
	if (span_given(gpu->spec->address.at)) {
		pci_format(gpu->spec->address.pci, pci);
		buffer_printf(&out, ", %s", pci);
	}
	if (gpu->node >= 0)
		buffer_printf(&out, ", NUMA node %d", gpu->node);
	if (gpu->clique >= 0)
		buffer_printf(&out, ", clique %d", gpu->clique);
	add_users(&out, gpu);
	return buffer_text(&out);
}

static uint32_t count_like(const struct host *host, uint32_t first)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < host->n_gpus; i++) {
		bool same = str_eq(host->gpus[i].spec->board.s, host->gpus[first].spec->board.s);

		if (same && i < first)
			return 0;
		n += same;
	}
	return n;
}

struct str host_facts(struct arena *arena, const struct host *host)
{
	const char *before = "";
	struct buffer out;

	buffer_init(&out, arena);
	buffer_printf(&out, "%s%s%u %s: ", host->platform->word, *host->platform->word ? ", " : "",
		      host->n_gpus, host->n_gpus == 1 ? "GPU" : "GPUs");
	for (uint32_t i = 0; i < host->n_gpus; i++) {
		uint32_t n = count_like(host, i);

		if (n == 0)
			continue;
		buffer_printf(&out, "%s%u x %.*s", before, n, STR_ARG(host->gpus[i].spec->board.s));
		before = ", ";
	}
	buffer_printf(&out, "; %u %s", host->n_vms, host->n_vms == 1 ? "VM" : "VMs");
	return buffer_text(&out);
}

struct str key_facts(struct arena *arena, const struct key *key, bool profile)
{
	bool required = key->flags & KEY_REQUIRED && !profile;

	return arena_printf(
		arena, "%s%s%s%s", required ? "required" : "", required && key->needs ? ", " : "",
		key->needs ? platform_with(key->needs)->word : "", key->needs ? " only" : "");
}

struct str key_meaning(struct arena *arena, const struct key *key)
{
	struct buffer out;

	buffer_init(&out, arena);
	reference_doc(&out, key);
	return buffer_text(&out);
}

bool vgpu_fits(struct catalog *catalog, const struct board *board, const struct vgpu_type *type)
{
	return (board->vgpu_code.n && str_eq(type->board_code, board->vgpu_code)) ||
	       catalog_p2p(catalog, board, type) != NULL;
}
