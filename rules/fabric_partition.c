/* Fabric Manager partitions: which modules may be one VM's, and whether the spec says the modules.
 */
#include "compiler/finding/rule.h"
#include "compiler/plan/plan.h"
#include "schema/keys.h"

static uint32_t module_bit(uint64_t module)
{
	return UINT32_C(1) << module;
}

/* `1 3 (g0 g2)`: modules, and the host's GPUs that are these. */
static struct str modules_text(struct judge *judge, const struct host *host, uint32_t modules)
{
	struct str text = STR(""), names = STR("");

	for (unsigned m = 1; m <= 16; m++) {
		if (!(modules & module_bit(m)))
			continue;
		text = arena_printf(judge->arena, "%.*s%s%u", STR_ARG(text), text.n ? " " : "", m);
		for (uint32_t i = 0; i < host->n_gpus; i++)
			if (host->gpus[i].spec->module.n == m)
				names = arena_printf(judge->arena, "%.*s%s%.*s", STR_ARG(names),
						     names.n ? " " : "",
						     STR_ARG(host->gpus[i].spec->name.s));
	}
	return names.n ? arena_printf(judge->arena, "%.*s (%.*s)", STR_ARG(text), STR_ARG(names))
		       : text;
}

static void help(struct judge *judge, struct finding *f, const struct host *host, uint32_t size)
{
	struct str text = STR("");

	for (uint32_t i = 0; i < host->n_partitions; i++) {
		uint32_t modules = host->partitions[i].modules;

		if (__builtin_popcount(modules) == (int)size)
			text = arena_printf(judge->arena, "%.*s%s%.*s", STR_ARG(text),
					    text.n ? "; " : "",
					    STR_ARG(modules_text(judge, host, modules)));
	}
	if (text.n)
		finding_help(judge->findings, f, "partitions of %u GPUs have the modules %.*s",
			     size, STR_ARG(text));
	else
		finding_help(judge->findings, f, "there is no partition of %u GPUs", size);
}

/* Of a list with a wrong item the right partition may be the missing one. */
static bool partitions_known(const struct host *host)
{
	const struct nvswitch_spec *spec = &host->spec->nvswitch;
	bool known = span_given(spec->partitions.at) && !spec->broken;

	for (uint32_t i = 0; i < spec->partitions.n; i++)
		known &= !spec->partitions.items[i].broken;
	return known;
}

static void check_group(struct judge *judge, const struct vm *vm, const struct p2p_group *group)
{
	uint32_t modules = 0;
	struct finding *f;

	for (uint32_t i = 0; i < group->n; i++) {
		if (!span_given(group->members[i]->gpu->spec->module.at))
			return;
		modules |= module_bit(group->members[i]->gpu->spec->module.n);
	}
	for (uint32_t i = 0; i < vm->host->n_partitions; i++)
		if (vm->host->partitions[i].modules == modules)
			return;
	f = report(judge, vm->spec->gpus.at, "modules %.*s are not a partition of '%.*s'",
		   STR_ARG(modules_text(judge, vm->host, modules)),
		   STR_ARG(vm->host->spec->name.s));
	finding_note(judge->findings, f, vm->host->spec->nvswitch.partitions.at, "its partitions");
	help(judge, f, vm->host, (uint32_t)__builtin_popcount(modules));
}

static void check(struct judge *judge, const struct vm *vm)
{
	if (!vm->host->fabric_divided || vm->p2p != P2P_NVLINK || !partitions_known(vm->host))
		return;
	for (uint32_t i = 0; i < vm->n_groups; i++)
		check_group(judge, vm, &vm->groups[i]);
}

const struct rule rule_fabric_partition = {
	.name = "fabric-partition",
	.severity = SEVERITY_ERROR,
	.summary = "the VM's GPUs are not a Fabric Manager partition",
	.p2p = check,
	.what = "On a host with `nvswitch.mode: shared` or `vgpu`, the modules of the GPUs that "
		"need NVLink P2P are not one of its partitions.",
	.why = "Fabric Manager connects the GPUs of a partition, and the set of partitions is "
	       "fixed: all eight GPUs, two halves, and pairs that depend on the platform. Other "
	       "combinations cannot be activated, and the guest has no NVLink between their GPUs.",
	.source = "NVIDIA Fabric Manager for NVSwitch Systems, user guide (WP-12736): shared "
		  "NVSwitch partitions; `fmpm -l` of an HGX H100 and an HGX B200",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   hgx-1:\n"
		   "     hypervisor: kvm\n"
		   "     nvswitch: {mode: shared, partitions: hgx-h100}\n"
		   "     nvlink: all\n"
		   "     gpus:\n"
		   "       g0: {board: h100-sxm5-80gb, address: 1b:00.0, module: 1}\n"
		   "       g1: {board: h100-sxm5-80gb, address: 43:00.0, module: 2}\n"
		   "       g2: {board: h100-sxm5-80gb, address: 52:00.0, module: 3}\n"
		   " vms:\n"
		   "   train-1:\n"
		   "     host: hgx-1\n"
		   "     vcpus: 32\n"
		   "     memory: 256GiB\n"
		   "     p2p: nvlink\n"
		   "-    gpus: [g0, g1]\n"
		   "+    gpus: [g0, g2]\n",
};

/* The same words for every VM that has the GPU: one finding a GPU. */
static void check_modules(struct judge *judge, const struct vm *vm)
{
	if (!vm->host->fabric_divided || vm->p2p != P2P_NVLINK)
		return;
	for (uint32_t i = 0; i < vm->n_groups; i++) {
		for (uint32_t k = 0; k < vm->groups[i].n; k++) {
			const struct gpu_spec *gpu = vm->groups[i].members[k]->gpu->spec;
			struct finding *f;

			if (span_given(gpu->module.at) || gpu_broken(gpu, module))
				continue;
			f = report(
				judge, gpu->name.at,
				"'%.*s' has no 'module', which is needed to choose its Fabric Manager partition",
				STR_ARG(gpu->name.s));
			finding_note(judge->findings, f, vm->host->spec->nvswitch.mode.at,
				     "the mode");
			finding_help(
				judge->findings, f,
				"add module: N, its SXM module id, which `nvidia-smi -q` shows on the bare host; "
				"it does not follow the PCI order");
		}
	}
}

const struct rule rule_fabric_module_missing = {
	.name = "fabric-module-missing",
	.severity = SEVERITY_ERROR,
	.summary = "a GPU without its module id on a fabric with partitions",
	.p2p = check_modules,
	.what = "On a host with `nvswitch.mode: shared` or `vgpu`, a GPU that needs NVLink P2P has "
		"no `module`.",
	.why = "Partitions are lists of SXM module ids, which do not follow the PCI order: one "
	       "HGX H100 has the modules 2 4 1 3 7 5 6 8. Without the id it is unknown which "
	       "partition the VM needs.",
	.source = "NVIDIA Fabric Manager for NVSwitch Systems, user guide (WP-12736); F. "
		  "Denneman's map of an HGX H100",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   hgx-1:\n"
		   "     hypervisor: kvm\n"
		   "     nvswitch: {mode: shared, partitions: hgx-h100}\n"
		   "     nvlink: all\n"
		   "     gpus:\n"
		   "       g0: {board: h100-sxm5-80gb, address: 1b:00.0, module: 1}\n"
		   "-      g1: {board: h100-sxm5-80gb, address: 52:00.0}\n"
		   "+      g1: {board: h100-sxm5-80gb, address: 52:00.0, module: 3}\n"
		   " vms:\n"
		   "   train-1:\n"
		   "     host: hgx-1\n"
		   "     vcpus: 32\n"
		   "     memory: 256GiB\n"
		   "     p2p: nvlink\n"
		   "     gpus: [g0, g1]\n",
};
