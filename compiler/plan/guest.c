#include "compiler/plan/guest_private.h"

#include <assert.h>
#include <inttypes.h>

#include "schema/keys.h"

uint64_t vm_huge_page(const struct vm *vm)
{
	switch (vm->hugepages) {
	case HUGEPAGES_1G:
		return GIB;
	case HUGEPAGES_2M:
		return 2 * MIB;
	case HUGEPAGES_NONE:
		break;
	}
	return 0;
}

/* The unit in which memory is split: the page, or the unit of QEMU's -m without huge pages. */
static uint64_t page_size(const struct vm *vm)
{
	uint64_t page = vm_huge_page(vm);

	return page ? page : MIB;
}

bool guest_has_cells(const struct vm *vm)
{
	int32_t first = -1;
	bool several = false;

	for (uint32_t i = 0; i < vm->n_gpus; i++) {
		const struct gpu *gpu = vm->gpus[i].gpu;

		if (!gpu)
			continue;
		if (gpu->node < 0)
			return false;
		if (first < 0)
			first = gpu->node;
		several |= gpu->node != first;
	}
	return several;
}

/* The lowest node of the VM's GPUs above `after`, or -1. */
static int32_t next_node(const struct vm *vm, int32_t after)
{
	int32_t next = -1;

	for (uint32_t i = 0; i < vm->n_gpus; i++) {
		const struct gpu *gpu = vm->gpus[i].gpu;

		if (gpu && gpu->node > after && (next < 0 || gpu->node < next))
			next = gpu->node;
	}
	return next;
}

static uint32_t count_nodes(const struct vm *vm)
{
	uint32_t n = 0;

	for (int32_t node = next_node(vm, -1); node >= 0; node = next_node(vm, node))
		n++;
	return n;
}

/* The first cells get the odd vCPUs and the last cell the odd pages, so that the sums are exact. */
static void split_cells(struct arena *arena, struct vm *vm)
{
	uint32_t n = count_nodes(vm), vcpu = 0;
	uint64_t page = page_size(vm), share, left = vm->memory;
	int32_t node = -1;

	assert(n >= 2);
	vm->cells = arena_array(arena, n, sizeof *vm->cells);
	vm->n_cells = n;
	share = vm->memory / page / n * page;
	for (uint32_t i = 0; i < n; i++) {
		struct cell *cell = &vm->cells[i];
		const struct numa_spec *numa;

		node = next_node(vm, node);
		numa = host_numa(vm->host, (uint32_t)node);
		cell->host_node = (uint32_t)node;
		cell->cpus = numa ? numa->cpus.s : STR("");
		cell->first_vcpu = vcpu;
		cell->n_vcpus = vm->vcpus / n + (i < vm->vcpus % n);
		cell->memory = i + 1 < n ? share : left;
		vcpu += cell->n_vcpus;
		left -= cell->memory;
	}
}

/* One socket per cell, so that no guest scheduler sees a package on two nodes. */
static void set_topology(struct vm *vm)
{
	uint32_t n = vm->n_cells;

	vm->sockets = n && vm->vcpus && vm->vcpus % n == 0 ? n : 1;
	vm->cores = vm->vcpus / vm->sockets;
}

static void check_vcpus(const struct vm *vm, struct findings *findings)
{
	uint32_t max = vm->host->platform->max_vcpus;
	struct finding *f;

	if (vm->vcpus <= max || vm_broken(vm->spec, vcpus))
		return;
	f = finding_add(findings, "spec-value", SEVERITY_ERROR, vm->spec->vcpus.at,
			"%" PRIu32 " vCPUs: a guest on %s has at most %" PRIu32, vm->vcpus,
			vm->host->platform->name, max);
	finding_help(
		findings, f,
		"more vCPUs need interrupt remapping in the guest, which gpuplan does not set up");
}

static void check_memory(const struct vm *vm, struct findings *findings)
{
	uint64_t page = page_size(vm);
	struct finding *f;

	if (!span_given(vm->spec->memory.at) || vm_broken(vm->spec, memory))
		return;
	if (vm->memory % vm->host->platform->memory_unit.bytes || vm->memory / page >= vm->n_cells)
		return;
	f = finding_add(findings, "spec-value", SEVERITY_ERROR, vm->spec->memory.at,
			"too little memory for one page on each of the %" PRIu32
			" NUMA nodes of the VM's GPUs",
			vm->n_cells);
	finding_help(findings, f, "write %" PRIu64 "MiB or more", vm->n_cells * (page / MIB));
}

static void place_devices(struct arena *arena, const struct vm *vm, struct vm_devices *out,
			  struct findings *findings)
{
	*out = (struct vm_devices){.scsi_port = -1};
	guest_disks(arena, vm, out, findings);
	guest_nics(arena, vm, out, !findings);
	guest_ports(arena, vm, out, findings);
}

void vm_devices(struct arena *arena, const struct vm *vm, struct vm_devices *out)
{
	place_devices(arena, vm, out, NULL);
}

/* What Windows expects. */
static void set_windows(struct vm *vm)
{
	static const struct enlightenment hyperv[] = {
		{.name = "time", .timer = "hypervclock"},
		{.name = "relaxed"},
		{.name = "vapic"},
		{.name = "spinlocks", .retries = 0x1fff},
		{.name = "vpindex"},
		{.name = "runtime"},
		{.name = "synic"},
		{.name = "stimer"},
		{0},
	};

	if (vm->guest != GUEST_WINDOWS)
		return;
	vm->hyperv = hyperv;
	vm->local_time = true;
}

void guest_resolve(struct arena *arena, struct arena *scratch, struct vm *vm,
		   struct findings *findings)
{
	struct vm_devices devices;

	if (guest_has_cells(vm))
		split_cells(arena, vm);
	set_topology(vm);
	check_vcpus(vm, findings);
	check_memory(vm, findings);
	guest_pin(arena, vm, findings);
	set_windows(vm);
	/* Only checks that the devices fit. A plan of many VMs does not keep them. */
	place_devices(scratch, vm, &devices, findings);
	arena_reset(scratch);
}
