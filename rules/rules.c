#include "rules/rules.h"

#include "compiler/finding/stretches.h"
#include "schema/keys.h"

#define TOPIC(text)
#define RULE(name) extern const struct rule rule_##name;
#include "rules/list.h"
#include "schema/nearest.h"
#undef RULE

const struct rule *const rules[] = {
#define RULE(name) &rule_##name,
#include "rules/list.h"
#undef RULE
	NULL,
};
#undef TOPIC

static const struct {
	const struct rule *rule; /* NULL: a topic starts */
	const char *topic;
} topics[] = {
#define TOPIC(text) {NULL, text},
#define RULE(name)  {&rule_##name, NULL},
#include "rules/list.h"
#undef RULE
#undef TOPIC
};

const char *rule_topic(const struct rule *rule)
{
	const char *topic = "";

	for (size_t i = 0; i < sizeof topics / sizeof *topics && topics[i].rule != rule; i++)
		topic = topics[i].topic ? topics[i].topic : topic;
	return topic;
}

enum { N_RULES = sizeof rules / sizeof *rules - 1 };

const struct rule *rule_find(struct str name)
{
	for (size_t i = 0; i < N_RULES; i++)
		if (str_is(name, rules[i]->name))
			return rules[i];
	return NULL;
}

static struct str rule_name(size_t i, const void *data)
{
	(void)data;
	return str_of(rules[i]->name);
}

struct str rule_nearest(struct str wrong)
{
	return nearest(wrong, N_RULES, rule_name, NULL);
}

struct finding *report_as(struct judge *judge, enum severity severity, struct span at,
			  const char *format, ...)
{
	va_list args;
	struct finding *f;

	va_start(args, format);
	f = finding_vadd(judge->findings, judge->rule->name, severity, at, format, args);
	va_end(args);
	return f;
}

struct finding *report(struct judge *judge, struct span at, const char *format, ...)
{
	va_list args;
	struct finding *f;

	va_start(args, format);
	f = finding_vadd(judge->findings, judge->rule->name, judge->rule->severity, at, format,
			 args);
	va_end(args);
	return f;
}

const char *quoted(struct judge *judge, struct str s)
{
	return finding_quote(judge->findings, s);
}

/* The rules that look at one kind of thing each, picked out once for all hosts and VMs. */
struct picked {
	const struct rule *of_host[N_RULES], *of_type[N_RULES], *of_vm[N_RULES];
	size_t n_of_host, n_of_type, n_of_vm;
};

static struct picked pick_rules(void)
{
	struct picked picked = {0};

	for (size_t i = 0; i < N_RULES; i++) {
		const struct rule *rule = rules[i];

		if (rule->host)
			picked.of_host[picked.n_of_host++] = rule;
		if (rule->vgpu_type)
			picked.of_type[picked.n_of_type++] = rule;
		if (rule->vm || rule->p2p || rule->mmio || rule->vgpus)
			picked.of_vm[picked.n_of_vm++] = rule;
	}
	return picked;
}

/* Of the rules on one vGPU's type the first that holds is the one. The type passes unless that one
 * is an error: behind a warning the VM still compiles, so what else is wrong must be said. */
static bool type_passes(struct judge *judge, const struct picked *picked, const struct vm_gpu *g)
{
	for (size_t i = 0; i < picked->n_of_type; i++) {
		judge->rule = picked->of_type[i];
		if (judge->rule->vgpu_type(judge, g))
			return judge->findings->items[judge->findings->n - 1].severity !=
			       SEVERITY_ERROR;
	}
	return true;
}

/* The VM's one `vgpu` key on several GPUs of one kind is one cause, judged on the first of them. */
static bool is_judged(const struct vm *vm, uint32_t i)
{
	const struct vm_gpu *g = &vm->gpus[i];

	for (uint32_t j = 0; j < i; j++) {
		const struct vm_gpu *other = &vm->gpus[j];
		const struct flag *mig = &g->gpu->spec->mig, *their_mig;

		if (!other->gpu || other->vgpu.at.at != g->vgpu.at.at ||
		    other->gpu->board != g->gpu->board)
			continue;
		their_mig = &other->gpu->spec->mig;
		if (mig->on == their_mig->on && span_given(mig->at) == span_given(their_mig->at))
			return true;
	}
	return false;
}

static bool types_pass(struct judge *judge, const struct picked *picked, const struct vm *vm)
{
	bool pass = true;

	for (uint32_t i = 0; i < vm->n_gpus; i++)
		if (vm->gpus[i].is_vgpu && vm->gpus[i].gpu && !is_judged(vm, i))
			pass &= type_passes(judge, picked, &vm->gpus[i]);
	return pass;
}

static void judge_vm(struct judge *judge, const struct picked *picked, const struct vm *vm)
{
	bool types = types_pass(judge, picked, vm);

	for (size_t i = 0; i < picked->n_of_vm; i++) {
		const struct rule *rule = picked->of_vm[i];

		judge->rule = rule;
		if (rule->vm)
			rule->vm(judge, vm);
		if (rule->p2p && !vm->skip_p2p)
			rule->p2p(judge, vm);
		if (rule->mmio && !vm->skip_mmio && vm->n_gpus)
			rule->mmio(judge, vm);
		if (rule->vgpus && types && vm->n_vgpus && !vm->skip_p2p)
			rule->vgpus(judge, vm);
	}
}

/* Host by host: what all of its rules look at is in the cache then, and no longer. */
static void judge_host(struct judge *judge, const struct picked *picked, const struct host *host)
{
	for (size_t i = 0; i < picked->n_of_host; i++) {
		judge->rule = picked->of_host[i];
		judge->rule->host(judge, host);
	}
	/* Every VM that has a host is on its list. */
	for (uint32_t i = 0; i < host->n_vms; i++)
		judge_vm(judge, picked, host->vms[i]);
}

struct hosts {
	const struct plan *plan;
	struct picked picked;
};

static void judge_hosts(void *context, struct arena *arena, struct findings *findings,
			uint32_t first, uint32_t past)
{
	const struct hosts *hosts = context;
	struct judge judge = {.plan = hosts->plan, .arena = arena, .findings = findings};

	for (uint32_t i = first; i < past; i++)
		if (!hosts->plan->hosts[i].unusable)
			judge_host(&judge, &hosts->picked, &hosts->plan->hosts[i]);
}

void judge_plan(const struct plan *plan, struct arena *arena, struct findings *findings,
		uint32_t jobs)
{
	struct judge judge = {.plan = plan, .arena = arena, .findings = findings};
	struct hosts hosts = {plan, pick_rules()};

	for (size_t i = 0; i < N_RULES; i++) {
		judge.rule = rules[i];
		if (rules[i]->plan)
			rules[i]->plan(&judge);
	}
	parallel_judge(arena, jobs, plan->n_hosts, findings, judge_hosts, &hosts);
}
