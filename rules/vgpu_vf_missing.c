/* vGPUs that come as vendor-specific VFIO devices: each is one virtual function of its GPU. */
#include "rules/p2p.h"
#include "schema/keys.h"

static bool has_function(const struct gpu *gpu, struct pci_address function)
{
	for (uint32_t i = 0; i < gpu->spec->vfs.n; i++)
		if (pci_eq(gpu->spec->vfs.items[i].pci, function))
			return true;
	return false;
}

static bool counts(const struct vm_gpu *g)
{
	return g->is_vgpu && g->gpu && g->gpu->framework == FRAMEWORK_VFIO &&
	       !gpu_broken(g->gpu->spec, vfs) && !vm_gpu_broken(g->spec, vf);
}

/* `vfs`, or the GPU where it has none. */
static void note_functions(struct judge *judge, struct finding *f, const struct gpu *gpu)
{
	struct str name = gpu->spec->name.s;

	if (gpu->spec->vfs.n)
		finding_note(judge->findings, f, gpu->spec->vfs.at, "the %u of '%.*s'",
			     gpu->spec->vfs.n, STR_ARG(name));
	else
		finding_note(judge->findings, f, gpu->spec->name.at, "'%.*s' has no vfs",
			     STR_ARG(name));
}

/* Where the host shows them. */
static const char *listing(struct judge *judge, const struct gpu *gpu)
{
	char address[24];

	if (!span_given(gpu->spec->address.at))
		return "`ls -l /sys/bus/pci/devices/ADDRESS/virtfn*`";
	pci_format(gpu->spec->address.pci, address);
	return arena_printf(judge->arena, "`ls -l /sys/bus/pci/devices/%s/virtfn*`", address).p;
}

static uint32_t vgpus_on(const struct host *host, const struct gpu *gpu)
{
	uint32_t n = 0;

	for (uint32_t v = 0; v < host->n_vms; v++)
		for (uint32_t i = 0; i < host->vms[v]->n_gpus; i++)
			n += host->vms[v]->gpus[i].is_vgpu && host->vms[v]->gpus[i].gpu == gpu;
	return n;
}

static void report_none_left(struct judge *judge, const struct vm_gpu *g)
{
	const struct gpu *gpu = g->gpu;
	uint32_t n = vgpus_on(gpu->host, gpu);
	struct finding *f;

	f = report(judge, g->spec->gpu.at,
		   "no virtual function is left for this vGPU: '%.*s' has %u vGPU%s and %u in vfs",
		   STR_ARG(gpu->spec->name.s), n, n == 1 ? "" : "s", gpu->spec->vfs.n);
	f->firm = true;
	note_functions(judge, f, gpu);
	finding_help(
		judge->findings, f,
		"list the virtual functions in vfs; after sriov-manage, %s on the host shows them",
		listing(judge, gpu));
}

static void report_foreign(struct judge *judge, const struct vm_gpu *g)
{
	struct finding *f;
	char vf[24];

	pci_format(g->vf, vf);
	f = report(judge, g->spec->vf.at, "'%s' is not among the virtual functions of '%.*s'", vf,
		   STR_ARG(g->gpu->spec->name.s));
	note_functions(judge, f, g->gpu);
	finding_help(judge->findings, f, "remove vf to use a free one; %s shows them",
		     listing(judge, g->gpu));
}

static void report_twice(struct judge *judge, const struct vm_gpu *g, const struct vm_gpu *first)
{
	struct finding *f;
	char vf[24];

	pci_format(g->vf, vf);
	f = report(judge, g->spec->vf.at,
		   "virtual function '%s' is already used by a vGPU of VM '%.*s'", vf,
		   STR_ARG(first->vm->spec->name.s));
	if (first->spec->vf.at.at != g->spec->vf.at.at)
		finding_note(judge->findings, f, first->spec->vf.at, "the first one");
	finding_help(judge->findings, f, "remove vf to use a free one");
}

/* An earlier vGPU of the host that names the same function. */
static const struct vm_gpu *holder(const struct host *host, const struct vm_gpu *g)
{
	for (uint32_t v = 0; v < host->n_vms; v++)
		for (uint32_t i = 0; i < host->vms[v]->n_gpus; i++) {
			const struct vm_gpu *other = &host->vms[v]->gpus[i];

			if (other == g)
				return NULL;
			if (counts(other) && span_given(other->spec->vf.at) &&
			    pci_eq(other->vf, g->vf))
				return other;
		}
	return NULL;
}

static void check_named(struct judge *judge, const struct host *host, const struct vm_gpu *g)
{
	const struct vm_gpu *first = holder(host, g);

	if (!has_function(g->gpu, g->vf))
		report_foreign(judge, g);
	else if (first)
		report_twice(judge, g, first);
}

static void check_vm(struct judge *judge, const struct host *host, const struct vm *vm)
{
	gpu_mask said = 0;

	for (uint32_t i = 0; i < vm->n_gpus; i++) {
		const struct vm_gpu *g = &vm->gpus[i];
		gpu_mask bit = g->gpu ? UINT64_C(1) << g->gpu->index : 0;

		if (!counts(g))
			continue;
		if (span_given(g->spec->vf.at))
			check_named(judge, host, g);
		else if (!g->has_vf && !(said & bit))
			report_none_left(judge, g);
		if (!g->has_vf)
			said |= bit;
	}
}

/* One finding for each GPU of each VM: every VM that cannot be written has one. */
static void check(struct judge *judge, const struct host *host)
{
	for (uint32_t v = 0; v < host->n_vms; v++)
		check_vm(judge, host, host->vms[v]);
}

const struct rule rule_vgpu_vf_missing = {
	.name = "vgpu-vf-missing",
	.severity = SEVERITY_ERROR,
	.summary = "a vGPU without a virtual function of its own",
	.host = check,
	.what = "On a KVM host whose vGPUs are vendor-specific VFIO devices, a GPU has more vGPUs "
		"than virtual functions in `vfs`, an item's `vf` is not among them, or two items "
		"have the same `vf`.",
	.why = "Such a vGPU is a PCI device: an SR-IOV virtual function of the GPU, which gets "
	       "the vGPU type and is passed to the VM by its address. Each function holds one "
	       "vGPU. Without an address the VM cannot be written, so nothing is compiled.",
	.source = "Virtual GPU Software User Guide, vGPU 17: vendor-specific VFIO",
	.example =
		" version: 1\n"
		" hosts:\n"
		"   gpu-1:\n"
		"     hypervisor: kvm\n"
		"     gpus:\n"
		"-      g0: {board: l40s, address: 07:00.0, vfs: [\"07:00.4\"]}\n"
		"+      g0: {board: l40s, address: 07:00.0, vfs: [\"07:00.4\", \"07:00.5\"]}\n"
		" vms:\n"
		"   infer-1: {host: gpu-1, vcpus: 8, memory: 32GiB, vgpu: L40S-24C, gpus: [g0]}\n"
		"   infer-2: {host: gpu-1, vcpus: 8, memory: 32GiB, vgpu: L40S-24C, gpus: [g0]}\n",
};
