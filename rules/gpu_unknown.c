#include "compiler/finding/rule.h"
#include "compiler/plan/plan.h"
#include "schema/keys.h"
#include "schema/nearest.h"

/* Another host that has a GPU of that id; NULL: none. */
static const struct host *owner(const struct plan *plan, struct str id)
{
	for (uint32_t i = 0; i < plan->n_hosts; i++)
		if (host_gpu(&plan->hosts[i], id))
			return &plan->hosts[i];
	return NULL;
}

/* `g0-g3`, of GPUs that there are: those from the one to the other; empty: no such range. */
static struct str range(struct judge *judge, const struct host *host, struct str id)
{
	struct str all = STR("");

	for (size_t i = 1; i + 1 < id.n; i++) {
		const struct gpu *first, *last;

		if (id.p[i] != '-')
			continue;
		first = host_gpu(host, (struct str){id.p, i});
		last = host_gpu(host, (struct str){id.p + i + 1, id.n - i - 1});
		for (const struct gpu *g = first; g && last && g <= last; g++)
			all = arena_printf(judge->arena, "%.*s%s%.*s", STR_ARG(all),
					   all.n ? ", " : "", STR_ARG(g->spec->name.s));
	}
	return all;
}

static void help(struct judge *judge, struct finding *f, const struct host *host, struct str id)
{
	const struct host *other = owner(judge->plan, id);
	struct str each = range(judge, host, id);
	struct str near = did_you_mean(judge->arena, host_nearest_gpu(host, id));
	const char *elsewhere = "";

	if (other)
		elsewhere = arena_printf(judge->arena, "host '%.*s' has a '%s'",
					 STR_ARG(other->spec->name.s), quoted(judge, id))
				    .p;
	if (each.n)
		finding_help(judge->findings, f, "list each one: %.*s", STR_ARG(each));
	else if (near.n)
		finding_help(judge->findings, f, "%.*s%s%s", STR_ARG(near), other ? " " : "",
			     elsewhere);
	else if (other)
		finding_help(judge->findings, f, "%s", elsewhere);
	else
		finding_help(judge->findings, f, "the GPUs of host '%.*s' start with '%.*s'",
			     STR_ARG(host->spec->name.s), STR_ARG(host->gpus[0].spec->name.s));
}

static void check(struct judge *judge, const struct vm *vm)
{
	const struct host *host = vm->host;

	if (host_broken(host->spec, gpus))
		return;
	for (uint32_t i = 0; i < vm->n_gpus; i++) {
		const struct vm_gpu *g = &vm->gpus[i];
		const struct text *id = &g->spec->gpu;
		struct finding *f;

		if (g->gpu || !span_given(id->at))
			continue;
		f = report(judge, id->at, "host '%.*s' has no GPU '%s'",
			   STR_ARG(host->spec->name.s), quoted(judge, id->s));
		f->firm = true;
		finding_note(judge->findings, f, host->spec->name.at, "the host is here");
		help(judge, f, host, id->s);
	}
}

const struct rule rule_gpu_unknown = {
	.name = "gpu-unknown",
	.severity = SEVERITY_ERROR,
	.summary = "a VM has a GPU that its host does not have",
	.vm = check,
	.what = "An item of a VM's `gpus` names an id that is not among the GPUs of the VM's host.",
	.why = "Ids belong to one host: `g0` of one host is unrelated to `g0` of another. Without "
	       "the GPU there is no PCI address to write, so the VM can neither be checked nor "
	       "compiled.",
	.source = "the spec language, version 1: gpus",
	.example = " version: 1\n"
		   " hosts:\n"
		   "   gpu-1:\n"
		   "     hypervisor: kvm\n"
		   "     gpus:\n"
		   "       g0: {board: l40s, address: 07:00.0}\n"
		   " vms:\n"
		   "   infer-1:\n"
		   "     host: gpu-1\n"
		   "     vcpus: 8\n"
		   "     memory: 32GiB\n"
		   "-    gpus: [g1]\n"
		   "+    gpus: [g0]\n",
};
