/* Fabric Manager partitions: those of a host, and those that must be active before a VM starts. */
#include "compiler/plan/steps_private.h"
#include "schema/keys.h"

static uint32_t module_bit(uint64_t module)
{
	return UINT32_C(1) << module;
}

static void add_platform(struct resolver *r, struct host *host, const char *platform)
{
	size_t n;
	const struct fm_partition *rows = catalog_partitions(r->plan->catalog, str_of(platform),
							     &n);

	host->partitions = arena_array(r->arena, n, sizeof *host->partitions);
	for (size_t i = 0; i < n; i++)
		host->partitions[host->n_partitions++] = (struct fabric_partition){rows[i].modules,
										   rows[i].id};
}

static void add_listed(struct resolver *r, struct host *host)
{
	const struct nvswitch_spec *spec = &host->spec->nvswitch;

	host->partitions = arena_array(r->arena, spec->partitions.n, sizeof *host->partitions);
	for (uint32_t i = 0; i < spec->partitions.n; i++) {
		const struct partition_spec *from = &spec->partitions.items[i];
		struct fabric_partition *to = &host->partitions[host->n_partitions++];

		to->id = -1;
		for (uint32_t k = 0; k < from->modules.n; k++)
			to->modules |= module_bit(from->modules.items[k].n);
	}
}

/* The platform as the key and the catalog spell it. */
static const char *platform_word(const struct nvswitch_spec *spec)
{
	const struct section *nvswitch = section_key(&host_section, STR("nvswitch"))->section;

	return section_key(nvswitch, STR("partitions"))->words[spec->partitions.word - 1];
}

void resolve_fabric(struct resolver *r, struct host *host)
{
	const struct nvswitch_spec *spec = &host->spec->nvswitch;

	host->fabric_divided = spec->mode.is == NVSWITCH_SHARED || spec->mode.is == NVSWITCH_VGPU;
	if (!host->fabric_divided)
		return;
	if (spec->partitions.word)
		add_platform(r, host, platform_word(spec));
	else
		add_listed(r, host);
}

/* GPUs that match no partition are reported by the rule fabric-partition if P2P depends on it. */
static void need(struct vm *vm, uint32_t modules)
{
	for (uint32_t i = 0; i < vm->n_partitions; i++)
		if (vm->partitions[i]->modules == modules)
			return;
	for (uint32_t i = 0; i < vm->host->n_partitions; i++)
		if (vm->host->partitions[i].modules == modules) {
			vm->partitions[vm->n_partitions++] = &vm->host->partitions[i];
			return;
		}
}

/* GPUs that do P2P share a partition; each of the others needs one of its own. */
void resolve_partitions(struct resolver *r, struct vm *vm)
{
	uint32_t grouped = 0;

	if (!vm->host->fabric_divided)
		return;
	vm->partitions = arena_array(r->arena, vm->n_gpus, sizeof(void *));
	for (uint32_t i = 0; i < vm->n_groups && vm->p2p == P2P_NVLINK; i++) {
		uint32_t modules = 0;

		for (uint32_t k = 0; k < vm->groups[i].n; k++)
			if (vm->groups[i].members[k]->gpu)
				modules |=
					module_bit(vm->groups[i].members[k]->gpu->spec->module.n);
		grouped |= modules;
		need(vm, modules);
	}
	for (uint32_t i = 0; i < vm->n_gpus; i++) {
		const struct gpu *gpu = vm->gpus[i].gpu;

		if (gpu && gpu->spec->module.n && !(grouped & module_bit(gpu->spec->module.n)))
			need(vm, module_bit(gpu->spec->module.n));
	}
}
