/* What a GPU's vGPUs, of all VMs together, take of it: framebuffer, number, MIG slices. */
#include "rules/p2p.h"

enum { FAULT_NONE, FAULT_COUNT, FAULT_SLICES, FAULT_FRAMEBUFFER };

/* The vGPUs on one GPU, in the order of VMs and items, and what is too much once the last of them
 * is there. */
struct load {
	const struct gpu *gpu;
	const struct vm_gpu **items;
	uint32_t n, capacity;
	unsigned slices, max_slices;
	uint64_t framebuffer;
	uint32_t same; /* FAULT_COUNT: how many of `type` */
	uint16_t limit;
	const struct vgpu_type *type;
};

/* What a MIG GPU's framebuffer is cut into: eighths where there are seven slices, else one part a
 * slice. NVIDIA's tables round the parts up (four of 24672 MB on an H100 NVL of 96256 MB), so parts
 * are counted, not bytes. */
static uint64_t memory_part(const struct load *load)
{
	return load->gpu->board->framebuffer / next_power_of_two(load->max_slices);
}

/* The whole parts that a MIG-backed type has; its figure is within a 32nd of them. */
static uint64_t parts(const struct load *load, const struct vgpu_type *type)
{
	uint64_t part = memory_part(load);

	return (type->framebuffer + part / 8) / part;
}

/* A MIG-backed type with all of its instance. One with less (RTX Pro 6000 Blackwell DC-1-12C) may
 * share the instance with others. */
static bool owns_instance(const struct load *load, const struct vgpu_type *type)
{
	return type->kind == VGPU_MIG_BACKED && load->max_slices &&
	       parts(load, type) >= type->mig_slices;
}

/* Of the framebuffer. */
static uint64_t taken(const struct load *load, const struct vgpu_type *type)
{
	return owns_instance(load, type) ? parts(load, type) * memory_part(load)
					 : type->framebuffer;
}

static void add(struct load *load, const struct vgpu_type *type)
{
	load->framebuffer += taken(load, type);
	if (owns_instance(load, type))
		load->slices += type->mig_slices;
}

static bool is_mixed_size(const struct load *load)
{
	for (uint32_t i = 1; i < load->n; i++)
		if (load->items[i]->type->kind == VGPU_TIME_SLICED &&
		    load->items[i]->type->framebuffer != load->items[0]->type->framebuffer)
			return true;
	return false;
}

/* More of a type than NVIDIA's tables give a GPU; in mixed-size mode it takes fewer of some. */
static bool too_many(struct load *load)
{
	bool mixed = is_mixed_size(load);

	for (uint32_t i = 0; i < load->n; i++) {
		const struct vgpu_type *type = load->items[i]->type;

		load->type = type;
		load->limit = mixed && type->kind == VGPU_TIME_SLICED ? type->max_mixed
								      : type->max_per_gpu;
		load->same = 0;
		for (uint32_t j = 0; j < load->n; j++)
			load->same += load->items[j]->type == type;
		if (load->limit && load->same > load->limit)
			return true;
	}
	return false;
}

/* A lone type on which the sources disagree (B300X-279C) is taken as written. */
static bool is_disputed(struct judge *judge, const struct load *load)
{
	const struct vgpu_type *type = load->items[0]->type;
	const struct p2p_row *row = catalog_p2p(judge->plan->catalog, load->gpu->board, type);

	return type->docs_only || (row && row->listing == P2P_LISTED_CONFLICTING);
}

static int fault(struct judge *judge, struct load *load)
{
	if (load->n == 1 && is_disputed(judge, load))
		return FAULT_NONE;
	if (too_many(load))
		return FAULT_COUNT;
	if (load->max_slices && load->slices > load->max_slices)
		return FAULT_SLICES;
	return load->framebuffer > load->gpu->board->framebuffer ? FAULT_FRAMEBUFFER : FAULT_NONE;
}

/* "48 GiB + 24 GiB" or "4 + 4" */
static struct str sum_text(struct judge *judge, const struct load *load, int what)
{
	struct str text = STR("");

	for (uint32_t i = 0; i < load->n; i++) {
		const struct vgpu_type *type = load->items[i]->type;
		struct str part = what == FAULT_SLICES
					  ? arena_printf(judge->arena, "%u", type->mig_slices)
					  : size_text(judge->arena, taken(load, type));

		text = arena_printf(judge->arena, "%.*s%s%.*s", STR_ARG(text), i ? " + " : "",
				    STR_ARG(part));
	}
	return text;
}

static struct finding *report_fault(struct judge *judge, const struct load *load, int what)
{
	struct span at = load->items[load->n - 1]->spec->gpu.at;
	struct str gpu = load->gpu->spec->name.s;

	if (what == FAULT_COUNT)
		return report(judge, at, "%u x %.*s on '%.*s', which supports %u%s", load->same,
			      STR_ARG(load->type->name), STR_ARG(gpu), load->limit,
			      load->limit == load->type->max_per_gpu ? "" : " in mixed-size mode");
	if (what == FAULT_SLICES)
		return report(judge, at, "the vGPUs on '%.*s' take %.*s = %u MIG slices of its %u",
			      STR_ARG(gpu), STR_ARG(sum_text(judge, load, what)), load->slices,
			      load->max_slices);
	return report(judge, at, "the vGPUs on '%.*s' take %.*s = %.*s of its %.*s", STR_ARG(gpu),
		      STR_ARG(sum_text(judge, load, what)),
		      STR_ARG(size_text(judge->arena, load->framebuffer)),
		      STR_ARG(size_text(judge->arena, load->gpu->board->framebuffer)));
}

static void report_load(struct judge *judge, const struct load *load, int what)
{
	const struct vm_gpu *first = load->items[0], *last = load->items[load->n - 1];
	const struct gpu *spare = spare_gpu(load->gpu->host, load->gpu->board);
	struct finding *f = report_fault(judge, load, what);

	if (load->n > 1 && first->spec->gpu.at.at != last->spec->gpu.at.at)
		finding_note(judge->findings, f, first->spec->gpu.at,
			     "the first vGPU on it: %.*s of '%.*s'", STR_ARG(first->type->name),
			     STR_ARG(first->vm->spec->name.s));
	if (spare)
		finding_help(judge->findings, f,
			     "put this one on %.*s, which is free, or use smaller types",
			     STR_ARG(spare->spec->name.s));
	else
		finding_help(judge->findings, f, "use smaller types, or another GPU");
}

static bool counts(const struct vm_gpu *g, const struct gpu *gpu)
{
	return g->is_vgpu && g->gpu == gpu && has_sound_type(g);
}

/* `load`: its list's memory is used again. */
static void check_gpu(struct judge *judge, const struct host *host, const struct gpu *gpu,
		      struct load *load)
{
	*load = (struct load){
		.gpu = gpu,
		.items = load->items,
		.capacity = load->capacity,
	};

	for (uint32_t v = 0; v < host->n_vms; v++) {
		const struct vm *vm = host->vms[v];

		for (uint32_t i = 0; i < vm->n_gpus; i++) {
			const struct vm_gpu **slot;
			int what;

			if (!counts(&vm->gpus[i], gpu))
				continue;
			/* Without vGPUs the catalog need not read their types. */
			if (load->n == 0)
				load->max_slices = catalog_mig_slices(judge->plan->catalog,
								      gpu->board);
			slot = arena_push(judge->arena, (void **)&load->items, &load->n,
					  &load->capacity, sizeof(void *));
			*slot = &vm->gpus[i];
			add(load, vm->gpus[i].type);
			what = fault(judge, load);
			if (what == FAULT_NONE)
				continue;
			report_load(judge, load, what);
			return;
		}
	}
}

static void check(struct judge *judge, const struct host *host)
{
	struct load load = {0};

	for (uint32_t i = 0; i < host->n_gpus; i++)
		if (host->gpus[i].board && host->gpus[i].board->framebuffer)
			check_gpu(judge, host, &host->gpus[i], &load);
}

const struct rule rule_vgpu_overcommit = {
	.name = "vgpu-overcommit",
	.severity = SEVERITY_ERROR,
	.summary = "too many or too large vGPUs on one GPU",
	.host = check,
	.what = "The vGPUs of all VMs on one GPU exceed its framebuffer, the number that NVIDIA's "
		"tables give for the type, or its MIG slices. The finding points at the first vGPU "
		"over the limit.",
	.why = "A vGPU owns its framebuffer as long as its VM runs; nothing is shared or swapped. "
	       "Once the GPU is full, the vGPU manager offers no further types, and the VM that "
	       "starts last fails. MIG divides memory into parts (eighths on a GPU with seven "
	       "slices), so 3g + 3g + 1g does not fit although the slices add up to seven.",
	.source = "NVIDIA AI Enterprise Infra 6, vGPU types (framebuffer, maximum vGPUs per GPU, "
		  "slices)",
	.example =
		" version: 1\n"
		" hosts:\n"
		"   gpu-1:\n"
		"     hypervisor: kvm\n"
		"     gpus:\n"
		"       g0: {board: a40, address: 07:00.0}\n"
		"       g1: {board: a40, address: 0b:00.0}\n"
		" vms:\n"
		"   infer-1: {host: gpu-1, vcpus: 8, memory: 32GiB, vgpu: A40-48C, gpus: [g0]}\n"
		"-  infer-2: {host: gpu-1, vcpus: 8, memory: 32GiB, vgpu: A40-48C, gpus: [g0]}\n"
		"+  infer-2: {host: gpu-1, vcpus: 8, memory: 32GiB, vgpu: A40-48C, gpus: [g1]}\n",
};
