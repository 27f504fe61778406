#include "rules/p2p.h"

/* What keeps a VM where it is, beside unified memory. */
static const struct {
	const char *param, *what;
} blockers[] = {
	{"enable_debugging", "debugging"},
	{"enable_profiling", "profiling"},
};

static const struct param *find_param(const struct vm_gpu *g, const char *name)
{
	for (uint32_t i = 0; i < g->params.n; i++)
		if (str_is(g->params.items[i].name.s, name))
			return &g->params.items[i];
	return NULL;
}

/* Where the vGPU switches such a thing on; nowhere: it does not. */
static struct span find_blocker(const struct vm_gpu *g, const char **what)
{
	*what = "unified memory";
	if (g->uvm.is == UVM_TRUE)
		return g->uvm.at;
	for (size_t i = 0; i < sizeof blockers / sizeof *blockers; i++) {
		const struct param *p = find_param(g, blockers[i].param);

		*what = blockers[i].what;
		if (p && !str_is(p->value.s, "0"))
			return p->value.at;
	}
	return (struct span){0};
}

static void check(struct judge *judge, const struct vm *vm)
{
	for (uint32_t i = 0; i < vm->n_gpus; i++) {
		const char *what;
		struct span at;
		struct finding *f;

		if (!vm->gpus[i].is_vgpu)
			continue;
		at = find_blocker(&vm->gpus[i], &what);
		if (!span_given(at))
			continue;
		f = report(judge, at, "VM '%.*s' cannot live-migrate, because %s is on in its vGPU",
			   STR_ARG(vm->spec->name.s), what);
		finding_help(judge->findings, f,
			     "nothing to do if it stays on host '%.*s'; otherwise switch %s off",
			     STR_ARG(vm->host->spec->name.s), what);
		return;
	}
}

const struct rule rule_uvm_blocks_migration = {
	.name = "uvm-blocks-migration",
	.severity = SEVERITY_NOTE,
	.summary = "unified memory, debugging or profiling prevents live migration",
	.vm = check,
	.what = "A VM has a vGPU with `uvm: true`, or with `enable_debugging` or "
		"`enable_profiling` on.",
	.why = "With any of the three, the vGPU manager disables migration of the VM. To empty "
	       "the host for maintenance or to balance load, the VM must be shut down.",
	.source = "NVIDIA AI Enterprise Infra 6, vGPU migration and unified memory",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   gpu-1:\n"
		   "     hypervisor: kvm\n"
		   "     gpus:\n"
		   "       g0: {board: a40, address: 07:00.0}\n"
		   " vms:\n"
		   "   infer-1:\n"
		   "     host: gpu-1\n"
		   "     vcpus: 8\n"
		   "     memory: 64GiB\n"
		   "     vgpu: A40-48C\n"
		   "-    uvm: true\n"
		   "     gpus: [g0]\n",
};
