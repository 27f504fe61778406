/* Resolves a VM: its GPUs and vGPUs, unified memory, and which of them need P2P. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "compiler/base/digest.h"
#include "compiler/plan/guest.h"
#include "compiler/plan/steps_private.h"
#include "schema/keys.h"

/* The item's own value, or the VM's. */
#define ITEM_OR_VM(item, vm, field) (span_given((item)->field.at) ? (item)->field : (vm)->field)

/* The plugin parameter `enable_uvm` is another spelling of `uvm` and becomes that here. */
static void take_uvm_param(struct resolver *r, struct vm_gpu *g)
{
	for (uint32_t i = 0; i < g->params.n; i++) {
		const struct param *p = &g->params.items[i];
		struct param *rest;

		if (!str_is(p->name.s, "enable_uvm"))
			continue;
		if (span_given(g->spec->uvm.at) && !span_given(g->spec->vgpu_params.at)) {
			/* The item's own `uvm` takes precedence over the VM's. */
		} else if (g->uvm.is) {
			struct finding *f = finding_add(r->findings, "spec-conflict",
							SEVERITY_ERROR, p->name.at,
							"both 'uvm' and 'enable_uvm' are set");

			finding_note(r->findings, f, g->uvm.at, "'uvm' is set here");
			finding_help(r->findings, f, "remove 'enable_uvm': 'uvm' writes it");
		} else if (!str_is(p->value.s, "0") && !str_is(p->value.s, "1")) {
			struct finding *f = finding_add(r->findings, "spec-value", SEVERITY_ERROR,
							p->value.at,
							"'enable_uvm': '%s' is not 0 or 1",
							finding_quote(r->findings, p->value.s));

			finding_help(r->findings, f, "write uvm: true or uvm: false");
		} else {
			g->uvm = (struct word){p->value.at,
					       str_is(p->value.s, "1") ? UVM_TRUE : UVM_FALSE};
		}
		rest = arena_array(r->arena, g->params.n, sizeof *rest);
		memcpy(rest, g->params.items, i * sizeof *rest);
		memcpy(rest + i, p + 1, (g->params.n - i - 1) * sizeof *rest);
		g->params.items = rest;
		g->params.n--;
		return;
	}
}

/* sysfs takes them as one line, `NAME=VALUE, NAME=VALUE`, without quoting. */
static void check_params(struct resolver *r, const struct vm_gpu *g)
{
	for (uint32_t i = 0; i < g->params.n; i++) {
		const struct param *p = &g->params.items[i];
		struct finding *f;

		if (!memchr(p->value.s.p, ',', p->value.s.n) &&
		    !memchr(p->value.s.p, '=', p->value.s.n))
			continue;
		f = finding_add(r->findings, "spec-value", SEVERITY_ERROR, p->value.at,
				"'%.*s': '%s' would read as more than one parameter",
				STR_ARG(p->name.s), finding_quote(r->findings, p->value.s));
		finding_help(
			r->findings, f,
			"write a value without ',' and '='; write each parameter as its own key");
	}
}

static int by_name(const void *a, const void *b)
{
	return str_cmp(((const struct param *)a)->name.s, ((const struct param *)b)->name.s);
}

static void sort_params(struct resolver *r, struct vm_gpu *g)
{
	struct param *sorted;
	uint32_t i = 1;

	while (i < g->params.n && by_name(&g->params.items[i - 1], &g->params.items[i]) < 0)
		i++;
	if (i >= g->params.n)
		return;
	sorted = arena_array(r->arena, g->params.n, sizeof *sorted);
	memcpy(sorted, g->params.items, g->params.n * sizeof *sorted);
	qsort(sorted, g->params.n, sizeof *sorted, by_name);
	g->params.items = sorted;
}

static const struct vgpu_type *find_type(struct resolver *r, struct str spelling)
{
	if (!str_eq(spelling, r->spelling)) {
		r->spelling = spelling;
		r->type = catalog_vgpu_type(r->plan->catalog, spelling);
	}
	return r->type;
}

/* With <iommufd>, libvirt 12.8 still opens mediated devices through a legacy container without a
 * warning (domxml-to-native), and our QEMU arguments do the same. */
static void resolve_iommufd(struct vm *vm)
{
	for (uint32_t i = 0; i < vm->n_gpus; i++) {
		struct vm_gpu *g = &vm->gpus[i];

		g->iommufd = vm->host->iommufd && g->gpu && !vm_gpu_is_mdev(g);
		vm->iommufd |= g->iommufd;
	}
}

static void resolve_gpu(struct resolver *r, struct vm *vm, uint32_t i)
{
	const struct vm_spec *spec = vm->spec;
	const struct vm_gpu_spec *item = &spec->gpus.items[i];
	struct vm_gpu *g = &vm->gpus[i];

	*g = (struct vm_gpu){.spec = item, .vm = vm};
	if (span_given(item->gpu.at))
		g->gpu = host_gpu(vm->host, item->gpu.s);
	g->vgpu = vgpu_of_item(spec, item);
	g->is_vgpu = span_given(g->vgpu.at);
	for (uint32_t j = 0; j < i; j++)
		g->ordinal += g->gpu && vm->gpus[j].gpu == g->gpu && vm->gpus[j].is_vgpu;
	if (!g->is_vgpu)
		return;
	vm->n_vgpus++;
	g->type = find_type(r, g->vgpu.s);
	g->uvm = ITEM_OR_VM(item, spec, uvm);
	g->params = ITEM_OR_VM(item, spec, vgpu_params);
	take_uvm_param(r, g);
	if (vm->host->platform->vfio)
		check_params(r, g);
	sort_params(r, g);
	if (span_given(item->vf.at) && g->gpu && has_functions(g->gpu)) {
		g->vf = item->vf.pci;
		g->has_vf = true;
	}
}

/* On these boards unified memory disables NVLink P2P (NVIDIA, P2P CUDA transfers). */
static bool uvm_stops_p2p(const struct vm_gpu *g)
{
	return g->is_vgpu && g->gpu && g->gpu->board && g->gpu->board->uvm_p2p == UVM_P2P_LOST;
}

static void resolve_uvm(struct vm *vm)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < vm->n_gpus; i++)
		n += uvm_stops_p2p(&vm->gpus[i]);
	for (uint32_t i = 0; i < vm->n_gpus; i++) {
		struct vm_gpu *g = &vm->gpus[i];

		if (!g->is_vgpu)
			continue;
		if (g->uvm.is == UVM_TRUE)
			g->uvm_setting = UVM_ON;
		else if (g->uvm.is == UVM_FALSE ||
			 (vm->p2p == P2P_NVLINK && n >= 2 && uvm_stops_p2p(g)))
			g->uvm_setting = UVM_OFF;
	}
}

static bool joined(const struct vm *vm, const struct vm_gpu *a, const struct vm_gpu *b)
{
	if (vm->p2p == P2P_NVLINK)
		return nvlink_direct(a->gpu, b->gpu);
	return pcie_p2p_proven(a->gpu, b->gpu);
}

/* Puts GPU `i` and all GPUs connected to it into `group`. */
static void gather(const struct vm *vm, uint32_t i, bool *seen, struct p2p_group *group)
{
	seen[i] = true;
	group->members[group->n++] = &vm->gpus[i];
	for (uint32_t j = 0; j < vm->n_gpus; j++)
		if (!seen[j] && joined(vm, &vm->gpus[i], &vm->gpus[j]))
			gather(vm, j, seen, group);
}

/* The type of the device group that places the members, or NULL. */
static const struct vgpu_type *device_group_of(const struct vm *vm, const struct p2p_group *group)
{
	const struct vgpu_type *type = group->members[0]->type;
	bool offered = group->n < 32 && vm->host->platform->device_groups >> group->n & 1;

	if (vm->p2p != P2P_NVLINK || !offered)
		return NULL;
	for (uint32_t i = 1; i < group->n; i++)
		if (group->members[i]->type != type)
			return NULL;
	return type;
}

static void resolve_groups(struct resolver *r, struct vm *vm)
{
	bool known = vm->p2p == P2P_NVLINK ? vm->host->nvlink != NULL : vm->host->pcie_p2p_known;
	bool seen[MAX_GPUS] = {false};

	if (vm->p2p == P2P_NONE || vm->n_gpus < 2 || vm->skip_p2p)
		return;
	vm->groups = arena_array(r->arena, vm->n_gpus, sizeof *vm->groups);
	for (uint32_t i = 0; i < vm->n_gpus; i++) {
		struct p2p_group *group = &vm->groups[vm->n_groups];

		if (seen[i])
			continue;
		group->n = 0;
		group->members = arena_array(r->arena, vm->n_gpus, sizeof(void *));
		if (vm->scope == SCOPE_GROUP && known) {
			gather(vm, i, seen, group);
		} else {
			for (uint32_t j = 0; j < vm->n_gpus; j++) {
				group->members[group->n++] = &vm->gpus[j];
				seen[j] = true;
			}
		}
		group->device_group = device_group_of(vm, group);
		vm->n_groups += group->n > 1;
	}
}

/* Wrong values have been reported; checks that depend on them are skipped. */
static void decide_skips(struct vm *vm)
{
	const struct vm_spec *s = vm->spec;
	/* A missing profile might have set any of these. */
	bool gpus = vm_broken(s, gpus) || vm_broken(s, vgpu) ||
		    (span_given(s->profile.at) && !vm->profile);

	for (uint32_t i = 0; i < vm->n_gpus; i++) {
		const struct vm_gpu *g = &vm->gpus[i];

		gpus |= !g->gpu || vm_gpu_broken(g->spec, vgpu);
		vm->skip_mmio |= g->gpu && (g->gpu->board_wrong || gpu_broken(g->gpu->spec, bar1));
	}
	vm->skip_p2p = gpus || vm_broken(s, p2p) || vm_broken(s, p2p_scope) ||
		       host_broken(vm->host->spec, nvlink) || host_broken(vm->host->spec, pcie_p2p);
	vm->skip_mmio |= gpus || vm_broken(s, memory) || vm_broken(s, mmio) ||
			 vm_broken(s, firmware) || !span_given(s->memory.at) ||
			 s->mmio.n % vm->host->platform->mmio_unit.bytes;
}

/* `alternative`: a word that the key takes instead of a size. */
static void check_unit(struct resolver *r, const struct vm *vm, const char *key,
		       const struct number *size, const struct size_unit *unit,
		       const char *alternative)
{
	struct finding *f;

	if (size->n % unit->bytes == 0)
		return;
	f = finding_add(r->findings, "spec-value", SEVERITY_ERROR, size->at,
			"'%s': %s takes %s, not %.*s", key, vm->host->platform->name, unit->what,
			STR_ARG(size_text(r->arena, size->n)));
	finding_help(r->findings, f, "write %s%.*s", alternative,
		     STR_ARG(size_spec(r->arena, (size->n / unit->bytes + 1) * unit->bytes)));
}

static const struct host *find_host(struct resolver *r, const struct vm_spec *spec)
{
	const struct host *host;
	struct finding *f;

	if (!span_given(spec->host.at))
		return NULL;
	if (r->host && str_eq(r->host->spec->name.s, spec->host.s))
		return r->host->unusable ? NULL : r->host;
	r->host = host = plan_host(r->plan, spec->host.s);
	if (host || r->plan->hosts_incomplete)
		return host && !host->unusable ? host : NULL;
	f = finding_add(r->findings, "spec-reference", SEVERITY_ERROR, spec->host.at,
			"unknown host '%s'", finding_quote(r->findings, spec->host.s));
	finding_suggest(r->findings, f, plan_nearest_host(r->plan, spec->host.s), NULL);
	if (r->plan->n_hosts == 0)
		finding_help(r->findings, f,
			     "the spec has no hosts: pass the file that defines them");
	return NULL;
}

void resolve_vm(struct resolver *r, struct vm_spec *spec, struct vm *vm)
{
	const struct platform *platform;

	vm->spec = spec;
	vm->host = find_host(r, spec);
	vm->guest = spec->guest.is;
	vm->firmware = spec->firmware.is;
	vm->hugepages = spec->hugepages.is;
	vm->p2p = spec->p2p.is;
	vm->scope = spec->p2p_scope.is;
	vm->console = spec->console.is;
	vm->vcpus = (uint32_t)spec->vcpus.n;
	vm->memory = spec->memory.n;
	vm->multicast = spec->multicast.on;
	vm->hide_hypervisor = spec->hide_hypervisor.on;
	if (!vm->host)
		return;
	platform = vm->host->platform;
	if (!platform->placement)
		vm->hugepages = HUGEPAGES_NONE;
	vm->n_gpus = spec->gpus.n;
	vm->gpus = arena_array(r->arena, spec->gpus.n, sizeof *vm->gpus);
	for (uint32_t i = 0; i < vm->n_gpus; i++)
		resolve_gpu(r, vm, i);
	decide_skips(vm);
	resolve_uvm(vm);
	resolve_iommufd(vm);
	resolve_groups(r, vm);
	resolve_partitions(r, vm);
	for (uint32_t i = 0; i < vm->n_gpus; i++)
		vm->gpus[i].clique = platform->cliques && vm->p2p == P2P_PCIE &&
				     !vm->gpus[i].is_vgpu && vm->gpus[i].gpu &&
				     vm->gpus[i].gpu->clique >= 0;
	vm->mmio.expanders = platform->guest_layout && guest_has_cells(vm);
	resolve_mmio(r->plan->figures, vm);
	check_unit(r, vm, "memory", &spec->memory, &platform->memory_unit, "");
	check_unit(r, vm, "mmio", &spec->mmio, &platform->mmio_unit, "auto, or ");
	if (platform->guest_layout)
		guest_resolve(r->arena, r->scratch, vm, r->findings);
}
