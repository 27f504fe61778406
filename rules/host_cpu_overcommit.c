#include <assert.h>
#include <stdio.h>

#include "compiler/finding/rule.h"
#include "compiler/plan/plan.h"
#include "schema/cpu_set.h"
#include "schema/keys.h"

/* The CPUs that the host has: its NUMA nodes', or 0 to their count. false: it does not say. */
static bool cpus_of(const struct host *host, struct cpu_set *out)
{
	const struct cpus_spec *c = &host->spec->cpus;
	bool nodes = host->spec->numa.n > 0 && !host_broken(host->spec, numa);
	uint64_t n = c->sockets.n * c->cores.n * c->threads.n;
	char all[16];

	for (uint32_t i = 0; i < host->spec->numa.n; i++) {
		cpu_set_add(out, host->spec->numa.items[i].cpus.s);
		nodes &= span_given(host->spec->numa.items[i].cpus.at);
	}
	if (nodes)
		return true;
	if (n == 0 || n > CPU_MAX + 1)
		return false;
	snprintf(all, sizeof all, "0-%u", (unsigned)(n - 1));
	cpu_set_add(out, str_of(all));
	return true;
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
	finding_help(judge->findings, f, "use CPUs of the host, or write pinning: auto");
}

static bool has_list(const struct vm *vm)
{
	return vm->pinned && !vm->spec->pinning.word;
}

/* The list by which one of the first `n` VMs of the host has the CPU. */
static const struct text *list_with(const struct host *host, uint32_t n, uint32_t cpu,
				    const struct vm **owner)
{
	for (uint32_t v = 0; v < n; v++)
		for (uint32_t i = 0; has_list(host->vms[v]) && i < host->vms[v]->spec->pinning.n;
		     i++)
			if (cpulist_has(host->vms[v]->spec->pinning.items[i].s, cpu)) {
				*owner = host->vms[v];
				return &host->vms[v]->spec->pinning.items[i];
			}
	return NULL;
}

static void report_shared(struct judge *judge, const struct text *list, uint32_t cpu,
			  const struct host *host, uint32_t n)
{
	const struct vm *owner = NULL;
	const struct text *other = list_with(host, n, cpu, &owner);
	struct finding *f;

	assert(other && owner);
	f = report(judge, list->at, "'%s': a vCPU of VM '%.*s' is also pinned to CPU %u",
		   quoted(judge, list->s), STR_ARG(owner->spec->name.s), cpu);

	if (other->at.at != list->at.at)
		finding_note(judge->findings, f, other->at, "there");
	finding_help(judge->findings, f, "pin each VM to CPUs of its own");
}

/* The first CPU that is lacking, and the first that an earlier VM has: one finding each. */
static void check_vm(struct judge *judge, const struct host *host, uint32_t v,
		     const struct cpu_set *known, struct cpu_set *taken)
{
	const struct vm *vm = host->vms[v];
	struct cpu_set own = {0};
	bool lacking = false, shared = false;

	for (uint32_t i = 0; i < vm->spec->pinning.n; i++) {
		const struct text *list = &vm->spec->pinning.items[i];
		uint32_t cpu;

		if (known && !lacking && cpu_set_lacks(known, list->s, &cpu)) {
			report_lacking(judge, vm, list, cpu);
			lacking = true;
		}
		if (!shared && cpu_set_meets(taken, list->s, &cpu)) {
			report_shared(judge, list, cpu, host, v);
			shared = true;
		}
		cpu_set_add(&own, list->s);
	}
	cpu_set_unite(taken, &own);
}

/* `auto` gives a VM the whole of its nodes, which it may share: only lists are judged. */
static void check(struct judge *judge, const struct host *host)
{
	struct cpu_set known = {0}, taken = {0};
	bool says = cpus_of(host, &known);

	for (uint32_t v = 0; v < host->n_vms; v++)
		if (has_list(host->vms[v]))
			check_vm(judge, host, v, says ? &known : NULL, &taken);
}

const struct rule rule_host_cpu_overcommit = {
	.name = "host-cpu-overcommit",
	.severity = SEVERITY_WARNING,
	.summary = "VMs are pinned to the same CPUs, or to CPUs that the host lacks",
	.host = check,
	.what = "The `pinning` lists of two VMs of a host contain the same CPU; or (an error) a "
		"CPU does not exist on the host.",
	.why = "Pinning keeps a vCPU near its caches and its GPU. Two vCPUs on one CPU take "
	       "turns, and one that busy-waits for a GPU delays the other. A VM that is pinned to "
	       "a missing CPU does not start.",
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
