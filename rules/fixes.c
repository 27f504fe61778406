#include "rules/fixes.h"

#include "compiler/base/buffer.h"
#include "compiler/finding/edit.h"
#include "compiler/model/encode.h"
#include "rules/p2p.h"

static void replace(struct judge *judge, struct finding *f, bool safe, struct span at,
		    struct str value, const char *description)
{
	finding_fix(judge->findings, f, safe,
		    edit_value(judge->arena, judge->plan->sources, at, value), "%s", description);
}

/* A key that the VM does not have, behind the one that has its value at `at`. */
static void insert_behind(struct judge *judge, struct finding *f, const struct vm *vm, bool safe,
			  struct entry entry, const char *key, struct span at,
			  const char *description)
{
	struct anchor anchor = {(const struct named_spec *)vm->spec, key, at};
	struct edit edit;

	if (edit_insert(judge->arena, judge->plan->sources, anchor, entry, &edit))
		finding_fix(judge->findings, f, safe, edit, "%s", description);
}

static void insert(struct judge *judge, struct finding *f, const struct vm *vm, bool safe,
		   struct entry entry, const char *description)
{
	insert_behind(judge, f, vm, safe, entry, "profile", vm->spec->profile.at, description);
}

void fix_key(struct judge *judge, struct finding *f, const struct vm *vm, bool safe,
	     const char *key, struct span at, struct str value, const char *description)
{
	struct entry entry = {key, value, false};

	if (from_profile(vm, at))
		insert(judge, f, vm, safe, entry, description);
	else
		replace(judge, f, safe, at, value, description);
}

/* --- the vGPU's type --- */

void fix_type(struct judge *judge, struct finding *f, const struct vm_gpu *g,
	      const struct vgpu_type *type)
{
	struct str name = vgpu_spell(judge->arena, type, vgpu_spelling_of(g->vgpu.s));
	const char *description = arena_printf(judge->arena, "use %.*s", STR_ARG(type->name)).p;

	/* A profile's list of GPUs would have to be written out in the VM. */
	if (span_given(g->spec->vgpu.at) && from_profile(g->vm, g->vgpu.at))
		return;
	fix_key(judge, f, g->vm, false, "vgpu", g->vgpu.at, name, description);
}

/* --- unified memory --- */

/* The VM's plugin parameters with another `enable_uvm`: a map replaces its profile's. */
static struct str params_text(struct judge *judge, const param_list *params, bool on)
{
	param_list all = {.items = arena_array(judge->arena, params->n, sizeof *all.items)};
	struct buffer out;

	for (; all.n < params->n; all.n++) {
		all.items[all.n] = params->items[all.n];
		if (str_is(all.items[all.n].name.s, "enable_uvm"))
			all.items[all.n].value.s = on ? STR("1") : STR("0");
	}
	buffer_init(&out, judge->arena);
	encode_value(&out, section_key(&vm_section, STR("vgpu_params")), &all);
	return buffer_text(&out);
}

static void fix_param(struct judge *judge, struct finding *f, const struct vm_gpu *g, bool on)
{
	const char *description = on ? "write enable_uvm: 1" : "write enable_uvm: 0";
	const struct vm *vm = g->vm;
	struct entry entry = {.key = "vgpu_params", .is_map = true};

	if (!from_profile(vm, g->uvm.at)) {
		replace(judge, f, true, g->uvm.at, str_of(on ? "1" : "0"), description);
	} else if (!span_given(g->spec->vgpu_params.at)) {
		entry.value = params_text(judge, &vm->spec->vgpu_params, on);
		insert(judge, f, vm, true, entry, description);
	}
}

/* Nothing says it yet. */
static void add_uvm(struct judge *judge, struct finding *f, const struct vm *vm, struct entry entry,
		    const char *description)
{
	struct span multicast = vm->spec->multicast.at;

	if (from_profile(vm, multicast))
		insert(judge, f, vm, true, entry, description);
	else
		insert_behind(judge, f, vm, true, entry, "multicast", multicast, description);
}

void fix_uvm(struct judge *judge, struct finding *f, const struct vm_gpu *g, bool on)
{
	const char *description = on ? "write uvm: true" : "write uvm: false";
	struct entry entry = {"uvm", str_of(on ? "true" : "false"), false};

	if (uvm_is_param(g))
		fix_param(judge, f, g, on);
	else if (!span_given(g->uvm.at))
		add_uvm(judge, f, g->vm, entry, description);
	else if (!from_profile(g->vm, g->uvm.at) || !span_given(g->spec->uvm.at))
		fix_key(judge, f, g->vm, true, "uvm", g->uvm.at, entry.value, description);
}
