/* Look-ups in a plan, and values that follow from it alone. */
#include "compiler/plan/plan.h"

#include <inttypes.h>
#include <stdio.h>

#include "compiler/base/digest.h"
#include "compiler/plan/guest.h"
#include "schema/nearest.h"

static const void *find(const void *items, uint32_t n, size_t size, struct str name)
{
	uint32_t low = 0, high = n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		const void *item = (const char *)items + middle * size;
		/* Both struct host and struct vm start with their spec. */
		const struct named_spec *spec = *(const struct named_spec *const *)item;
		int d = str_cmp(spec->name.s, name);

		if (d == 0)
			return item;
		if (d < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

const struct host *plan_host(const struct plan *plan, struct str name)
{
	return find(plan->hosts, plan->n_hosts, sizeof *plan->hosts, name);
}

const struct vm *plan_vm(const struct plan *plan, struct str name)
{
	return find(plan->vms, plan->n_vms, sizeof *plan->vms, name);
}

const struct gpu *host_gpu(const struct host *host, struct str id)
{
	for (uint32_t i = 0; i < host->n_gpus; i++)
		if (str_eq(host->gpus[i].spec->name.s, id))
			return &host->gpus[i];
	return NULL;
}

static struct str host_name(size_t i, const void *data)
{
	return ((const struct plan *)data)->hosts[i].spec->name.s;
}

struct str plan_nearest_host(const struct plan *plan, struct str wrong)
{
	return nearest(wrong, plan->n_hosts, host_name, plan);
}

static struct str vm_name(size_t i, const void *data)
{
	return ((const struct plan *)data)->vms[i].spec->name.s;
}

struct str plan_nearest_vm(const struct plan *plan, struct str wrong)
{
	return nearest(wrong, plan->n_vms, vm_name, plan);
}

static struct str gpu_name(size_t i, const void *data)
{
	return ((const struct host *)data)->gpus[i].spec->name.s;
}

struct str host_nearest_gpu(const struct host *host, struct str wrong)
{
	return nearest(wrong, host->n_gpus, gpu_name, host);
}

bool nvlink_direct(const struct gpu *a, const struct gpu *b)
{
	return a->host->nvlink && a->host->nvlink[a->index] & gpu_bit(b->index);
}

bool clique_has(const struct clique *clique, const struct gpu *gpu)
{
	return clique->members & gpu_bit(gpu->index);
}

bool pcie_p2p_proven(const struct gpu *a, const struct gpu *b)
{
	for (uint32_t i = 0; a != b && i < a->host->n_cliques; i++)
		if (clique_has(&a->host->cliques[i], a) && clique_has(&a->host->cliques[i], b))
			return true;
	return a == b;
}

struct text vgpu_of_item(const struct vm_spec *vm, const struct vm_gpu_spec *item)
{
	struct text vgpu = span_given(item->vgpu.at) ? item->vgpu : vm->vgpu;

	return str_is(vgpu.s, "none") ? (struct text){0} : vgpu;
}

bool vm_gpu_is_mdev(const struct vm_gpu *gpu)
{
	return gpu->is_vgpu && gpu->gpu && gpu->gpu->framework == FRAMEWORK_MDEV;
}

struct pci_address vm_gpu_address(const struct vm_gpu *gpu)
{
	return gpu->is_vgpu ? gpu->vf : gpu->gpu->spec->address.pci;
}

/* --- identities --- */

struct str vm_gpu_type_name(struct arena *arena, const struct vm_gpu *gpu)
{
	enum vgpu_spelling as = gpu->vm->host->platform->esxi ? VGPU_VCENTER : VGPU_DRIVER;

	return gpu->type ? vgpu_spell(arena, gpu->type, as) : vgpu_respell(arena, gpu->vgpu.s, as);
}

void vm_uuid(const struct vm *vm, uint8_t out[16])
{
	const struct vm_spec *spec = vm->spec;
	char path[GUEST_LONGEST_PATH];
	int n;

	if (span_given(spec->uuid.at)) {
		memcpy(out, spec->uuid.bytes, 16);
		return;
	}
	n = snprintf(path, sizeof path, "gpuplan/%.*s/%.*s", STR_ARG(spec->host.s),
		     STR_ARG(spec->name.s));
	uuid_v5((struct str){path, (size_t)n}, out);
}

void vm_gpu_mdev(const struct vm_gpu *gpu, uint8_t out[16])
{
	const struct vm_spec *spec = gpu->vm->spec;
	char path[GUEST_LONGEST_PATH];
	int n;

	if (span_given(gpu->spec->mdev.at)) {
		memcpy(out, gpu->spec->mdev.bytes, 16);
		return;
	}
	n = snprintf(path, sizeof path, "gpuplan/%.*s/%.*s/%.*s/%" PRIu32, STR_ARG(spec->host.s),
		     STR_ARG(spec->name.s), STR_ARG(gpu->spec->gpu.s), gpu->ordinal);
	uuid_v5((struct str){path, (size_t)n}, out);
}

void vm_gpu_alias(const struct vm_gpu *gpu, char out[ALIAS_MAX])
{
	struct str id = gpu->spec->gpu.s;

	if (gpu->ordinal)
		snprintf(out, ALIAS_MAX, "ua-gpu%" PRIu32 "-%.*s", gpu->ordinal, STR_ARG(id));
	else
		snprintf(out, ALIAS_MAX, "ua-gpu-%.*s", STR_ARG(id));
}
