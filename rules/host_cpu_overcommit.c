#include "compiler/rule.h"
#include "schema/keys.h"

/* Which VM has a CPU, by host CPU number. */
struct owner {
	const struct vm *vm;
	struct span at;
};

/* The CPUs that the host has: its NUMA nodes', or 0 to their count. -1: it does not say. */
static int has_cpu(const struct host *host, uint32_t cpu)
{
	const struct cpus_spec *c = &host->spec->cpus;
	bool nodes = host->spec->numa.n > 0 && !host_broken(host->spec, numa);

	for (uint32_t i = 0; i < host->spec->numa.n; i++) {
		if (cpulist_has(host->spec->numa.items[i].cpus.s, cpu))
			return 1;
		nodes &= span_given(host->spec->numa.items[i].cpus.at);
	}
	if (nodes)
		return 0;
	if (!span_given(c->sockets.at) || !span_given(c->cores.at) || !span_given(c->threads.at))
		return -1;
	return cpu < c->sockets.n * c->cores.n * c->threads.n;
}

static void report_lacking(struct judge *judge, const struct vm *vm, const struct text *list,
			   uint32_t cpu)
{
	struct finding *f = report_as(judge, SEVERITY_ERROR, list->at,
				      "'%s': host '%.*s' has no CPU %u", quoted(judge, list->s),
				      STR_ARG(vm->host->spec->name.s), cpu);

	if (span_given(vm->host->spec->numa.at))
		finding_note(judge->findings, f, vm->host->spec->numa.at, "its CPUs");
	else
		finding_note(judge->findings, f, vm->host->spec->cpus.at, "its CPUs");
	finding_help(judge->findings, f, "write CPUs of the host; or pinning: auto");
}

static void report_shared(struct judge *judge, const struct text *list, uint32_t cpu,
			  const struct owner *owner)
{
	struct finding *f = report(judge, list->at,
				   "'%s': a vCPU of VM '%.*s' is pinned to CPU %u too",
				   quoted(judge, list->s), STR_ARG(owner->vm->spec->name.s), cpu);

	if (owner->at.at != list->at.at)
		finding_note(judge->findings, f, owner->at, "there");
	finding_help(judge->findings, f, "give each VM CPUs of its own");
}

/* The first CPU that is lacking, and the first that another VM has: one finding each. */
static void check_vm(struct judge *judge, const struct vm *vm, struct owner *owners)
{
	bool lacking = false, shared = false;

	for (uint32_t i = 0; i < vm->spec->pinning.n; i++) {
		const struct text *list = &vm->spec->pinning.items[i];
		struct str rest = list->s;
		uint32_t first, last;

		if (i && str_eq(list->s, list[-1].s))
			continue;
		while (cpulist_next(&rest, &first, &last)) {
			for (uint32_t cpu = first; cpu <= last; cpu++) {
				struct owner *owner = &owners[cpu];

				if (!lacking && has_cpu(vm->host, cpu) == 0) {
					report_lacking(judge, vm, list, cpu);
					lacking = true;
				}
				if (!owner->vm) {
					*owner = (struct owner){vm, list->at};
				} else if (owner->vm != vm && !shared) {
					report_shared(judge, list, cpu, owner);
					shared = true;
				}
			}
		}
	}
}

/* `auto` gives a VM the whole of its nodes, which it may share: only lists are judged. */
static void check(struct judge *judge, const struct host *host)
{
	struct owner *owners = NULL;

	for (uint32_t i = 0; i < host->n_vms; i++) {
		const struct vm *vm = host->vms[i];

		if (!host->kvm || !vm->pinned || vm->spec->pinning.word)
			continue;
		if (!owners)
			owners = arena_array(judge->arena, CPU_MAX + 1, sizeof *owners);
		check_vm(judge, vm, owners);
	}
}

const struct rule rule_host_cpu_overcommit = {
	.name = "host-cpu-overcommit",
	.severity = SEVERITY_WARNING,
	.summary = "VMs are pinned to the same CPUs, or to CPUs that the host lacks",
	.host = check,
	.what = "The `pinning` lists of two VMs of a host name the same CPU; or (an error) one "
		"names a CPU that the host lacks.",
	.why = "Pinning keeps a vCPU where its caches and its GPU are; two of them on one CPU take "
	       "turns, and the one that spins on a GPU's answer holds up the other. A CPU that is "
	       "not there makes the VM fail to start.",
	.source = "libvirt, domain XML: cputune/vcpupin",
	.example =
		" version: 1\n"
		" hosts:\n"
		"   gpu-1:\n"
		"     hypervisor: kvm\n"
		"     gpus:\n"
		"       g0: {board: l40s, address: 05:00.0}\n"
		"       g1: {board: l40s, address: 06:00.0}\n"
		" vms:\n"
		"   infer-1: {host: gpu-1, vcpus: 2, memory: 64GiB, pinning: [0, 1], gpus: [g0]}\n"
		"-  infer-2: {host: gpu-1, vcpus: 2, memory: 64GiB, pinning: [1, 2], gpus: [g1]}\n"
		"+  infer-2: {host: gpu-1, vcpus: 2, memory: 64GiB, pinning: [2, 3], gpus: [g1]}\n",
};
