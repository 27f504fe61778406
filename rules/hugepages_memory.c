#include "rules/p2p.h"
#include "rules/texts.h"

static void check(struct judge *judge, const struct vm *vm)
{
	uint64_t page = vm_huge_page(vm);
	struct finding *f;

	if (!page || !span_given(vm->spec->memory.at) || vm->memory % page == 0 ||
	    vm->memory % MIB) /* the latter is spec-value */
		return;
	f = report(judge, vm->spec->memory.at, "'%s' is not a whole number of pages of '%s'",
		   written(judge, vm->spec->memory.at), written(judge, vm->spec->hugepages.at));
	finding_note(judge->findings, f, vm->spec->hugepages.at, "the pages");
	finding_help(judge->findings, f, "write %.*s",
		     STR_ARG(size_key(judge, (vm->memory / page + 1) * page)));
}

const struct rule rule_hugepages_memory = {
	.name = "hugepages-memory",
	.severity = SEVERITY_ERROR,
	.summary = "the memory is not a whole number of huge pages",
	.vm = check,
	.what = "The memory of a VM with `hugepages` is not a multiple of the page size.",
	.why = "Memory backed by huge pages consists of whole pages: with a partial page, QEMU "
	       "refuses to start.",
	.source = "QEMU, memory-backend-memfd: the size must be a multiple of the page",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   gpu-1:\n"
		   "     hypervisor: kvm\n"
		   "     gpus:\n"
		   "       g0: {board: l40s, address: 05:00.0}\n"
		   " vms:\n"
		   "   infer-1:\n"
		   "     host: gpu-1\n"
		   "     vcpus: 8\n"
		   "-    memory: 65000MiB\n"
		   "+    memory: 64GiB\n"
		   "     hugepages: 1GiB\n"
		   "     gpus: [g0]\n",
};
