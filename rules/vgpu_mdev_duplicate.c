#include <stdlib.h>

#include "compiler/base/digest.h"
#include "compiler/finding/rule.h"
#include "compiler/plan/plan.h"

struct device {
	uint8_t uuid[16];
	const struct vm_gpu *vgpu;
};

/* All of a host's mediated devices, in the order of VMs and items. */
struct devices {
	struct device *items;
	uint32_t n, capacity;
};

/* Derived UUIDs differ from each other: with none written there is nothing to compare. */
static bool any_written(const struct host *host)
{
	for (uint32_t v = 0; v < host->n_vms; v++)
		for (uint32_t i = 0; i < host->vms[v]->n_gpus; i++)
			if (span_given(host->vms[v]->gpus[i].spec->mdev.at))
				return true;
	return false;
}

static void collect(struct judge *judge, const struct host *host, struct devices *devices)
{
	for (uint32_t v = 0; v < host->n_vms; v++)
		for (uint32_t i = 0; i < host->vms[v]->n_gpus; i++) {
			const struct vm_gpu *g = &host->vms[v]->gpus[i];
			struct device *slot;

			if (!vm_gpu_is_mdev(g))
				continue;
			slot = arena_push(judge->arena, (void **)&devices->items, &devices->n,
					  &devices->capacity, sizeof *slot);
			slot->vgpu = g;
			vm_gpu_mdev(g, slot->uuid);
		}
}

/* By UUID; equal ones as they stand in the plan, whose VMs and items are arrays. */
static int by_uuid(const void *a, const void *b)
{
	const struct device *left = a, *right = b;
	const struct vm_gpu *x = left->vgpu, *y = right->vgpu;
	int d = memcmp(left->uuid, right->uuid, sizeof left->uuid);

	if (d)
		return d;
	return x->vm != y->vm ? (x->vm > y->vm) - (x->vm < y->vm) : (x > y) - (x < y);
}

static void report_pair(struct judge *judge, const struct device *one, const struct device *two)
{
	const struct vm_gpu *first = one->vgpu, *g = two->vgpu;
	const struct vm_gpu *at = span_given(g->spec->mdev.at) ? g : first;
	const struct vm_gpu *other = at == g ? first : g;
	struct finding *f;
	char uuid[37];

	/* Derived ones are equal only where two VMs have one name, which has been reported. */
	if (!span_given(at->spec->mdev.at))
		return;
	uuid_format(two->uuid, uuid);
	f = report(judge, at->spec->mdev.at, "mdev '%s' is already the UUID of a vGPU of VM '%.*s'",
		   uuid, STR_ARG(other->vm->spec->name.s));
	if (other->spec->gpu.at.at != at->spec->gpu.at.at)
		finding_note(judge->findings, f,
			     span_given(other->spec->mdev.at) ? other->spec->mdev.at
							      : other->spec->gpu.at,
			     "the other one");
	finding_help(judge->findings, f, "remove mdev: each vGPU gets a UUID of its own");
}

static void check(struct judge *judge, const struct host *host)
{
	struct devices devices = {0};
	uint32_t first = 0;

	if (!any_written(host))
		return;
	collect(judge, host, &devices);
	if (devices.n)
		qsort(devices.items, devices.n, sizeof *devices.items, by_uuid);
	for (uint32_t i = 1; i < devices.n; i++) {
		if (memcmp(devices.items[i].uuid, devices.items[first].uuid, 16) != 0)
			first = i;
		else
			report_pair(judge, &devices.items[first], &devices.items[i]);
	}
}

const struct rule rule_vgpu_mdev_duplicate = {
	.name = "vgpu-mdev-duplicate",
	.severity = SEVERITY_ERROR,
	.summary = "two vGPUs of a host have the same mdev UUID",
	.host = check,
	.what = "Two vGPUs on a host where vGPUs are mediated devices have the same `mdev` UUID.",
	.why = "The UUID is the device's name in /sys/bus/mdev/devices. The second device cannot "
	       "be created, or the second VM gets the first one's device and finds it busy.",
	.source = "Virtual GPU Software User Guide, vGPU 17: creating a vGPU on KVM; Linux, "
		  "vfio-mediated-device",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   gpu-1:\n"
		   "     hypervisor: kvm\n"
		   "     gpus:\n"
		   "       g0: {board: t4, address: 07:00.0}\n"
		   " vms:\n"
		   "   infer-1:\n"
		   "     host: gpu-1\n"
		   "     vcpus: 8\n"
		   "     memory: 32GiB\n"
		   "     vgpu: T4-8C\n"
		   "     gpus: [{gpu: g0, mdev: 6d1a7d5e-0001-5000-8000-00000000000a}]\n"
		   "   infer-2:\n"
		   "     host: gpu-1\n"
		   "     vcpus: 8\n"
		   "     memory: 32GiB\n"
		   "     vgpu: T4-8C\n"
		   "-    gpus: [{gpu: g0, mdev: 6d1a7d5e-0001-5000-8000-00000000000a}]\n"
		   "+    gpus: [g0]\n",
};
