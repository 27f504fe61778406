/* What two VMs must not share: a UUID, a MAC address, a disk of one host. */
#include <stdlib.h>

#include "compiler/base/digest.h"
#include "compiler/plan/steps_private.h"
#include "schema/keys.h"

struct claim {
	struct str value;	  /* the bytes, or a path */
	const struct host *scope; /* NULL: everywhere */
	const struct vm *vm;
	struct span at;
	bool readonly;
	bool derived; /* not written but derived from the names of host and VM */
};

struct claims {
	struct arena *scratch;
	struct claim *items;
	uint32_t n, capacity;
	const char *what;
	/* Formats the value for messages; NULL for a text. */
	void (*format)(const uint8_t *value, char *out);
};

static void claim(struct claims *all, struct claim c)
{
	struct claim *slot = arena_push(all->scratch, (void **)&all->items, &all->n, &all->capacity,
					sizeof *slot);

	*slot = c;
}

static int by_claim(const void *a, const void *b)
{
	const struct claim *x = a, *y = b;
	int d = str_cmp(x->value, y->value);

	d = d ? d : (x->scope > y->scope) - (x->scope < y->scope);
	return d ? d : (x->at.at > y->at.at) - (x->at.at < y->at.at);
}

static void report(struct resolver *r, const struct claims *all, const struct claim *before,
		   const struct claim *c)
{
	struct str theirs = before->vm->spec->name.s, ours = c->vm->spec->name.s;
	struct str value = c->value;
	struct finding *f;
	char text[64];

	if (all->format) {
		all->format((const uint8_t *)c->value.p, text);
		value = str_of(text);
	}
	if (c->at.at == before->at.at)
		f = finding_add(r->findings, "spec-duplicate", SEVERITY_ERROR, c->at,
				"VMs '%.*s' and '%.*s' get the same %s '%s' from their profile",
				STR_ARG(theirs), STR_ARG(ours), all->what,
				finding_quote(r->findings, value));
	else if (c->derived)
		f = finding_add(r->findings, "spec-duplicate", SEVERITY_ERROR, c->at,
				"VM '%.*s' already uses %s %.*s, which is this one's default",
				STR_ARG(theirs), all->what, STR_ARG(value));
	else
		f = finding_add(r->findings, "spec-duplicate", SEVERITY_ERROR, c->at,
				"VM '%.*s' already uses this %s", STR_ARG(theirs), all->what);
	if (c->at.at != before->at.at)
		finding_note(r->findings, f, before->at, "first used here");
	finding_help(r->findings, f, "give each VM its own %s", all->what);
}

static void report_claims(struct resolver *r, struct claims *all)
{
	if (all->n)
		qsort(all->items, all->n, sizeof *all->items, by_claim);
	for (uint32_t i = 1; i < all->n; i++) {
		const struct claim *c = &all->items[i], *before = c - 1;

		if (str_eq(c->value, before->value) && c->scope == before->scope &&
		    !(c->readonly && before->readonly))
			report(r, all, before, c);
	}
}

/* Derived UUIDs never collide, so without a written one there is nothing to compare. */
static bool any_uuid_written(const struct plan *plan)
{
	for (uint32_t i = 0; i < plan->n_vms; i++)
		if (plan->vms[i].host && span_given(plan->vms[i].spec->uuid.at))
			return true;
	return false;
}

static void claim_uuid(struct claims *all, const struct vm *vm)
{
	bool given = span_given(vm->spec->uuid.at);
	uint8_t *uuid;

	/* Only an artifact that is a whole VM carries the default. */
	if (vm_broken(vm->spec, uuid) || (!given && !vm->host->platform->whole_vm))
		return;
	uuid = arena_alloc(all->scratch, 16);
	vm_uuid(vm, uuid);
	claim(all, (struct claim){.value = {(const char *)uuid, 16},
				  .at = given ? vm->spec->uuid.at : vm->spec->name.at,
				  .vm = vm,
				  .derived = !given});
}

/* Default addresses differ in three bytes only, so two of thousands may collide. */
static void claim_mac(struct claims *all, const struct vm *vm, uint32_t i)
{
	const struct nic_spec *nic = &vm->spec->nics.items[i];
	bool given = span_given(nic->mac.at);
	const uint8_t *mac = nic->mac.bytes;

	if (nic->broken && !given)
		return;
	if (!given) {
		uint8_t *derived = arena_alloc(all->scratch, sizeof nic->mac.bytes);

		vm_nic_mac(vm, i, derived);
		mac = derived;
	}
	claim(all, (struct claim){.value = {(const char *)mac, sizeof nic->mac.bytes},
				  .at = given ? nic->mac.at : nic->at,
				  .vm = vm,
				  .derived = !given});
}

/* Two hosts may have different images at the same path. */
static void claim_disk(struct claims *all, const struct vm *vm, const struct disk_spec *disk)
{
	const struct text *path = span_given(disk->block.at) ? &disk->block : &disk->file;

	if (span_given(path->at))
		claim(all, (struct claim){.scope = vm->host,
					  .value = path->s,
					  .at = path->at,
					  .vm = vm,
					  .readonly = disk->readonly.on});
}

enum kind { UUIDS, MACS, DISKS, KINDS };

static void claim_all(struct claims all[KINDS], const struct vm *vm, bool uuids)
{
	if (uuids)
		claim_uuid(&all[UUIDS], vm);
	if (!vm->host->platform->whole_vm)
		return;
	for (uint32_t i = 0; i < vm->spec->nics.n; i++)
		claim_mac(&all[MACS], vm, i);
	for (uint32_t i = 0; i < vm->spec->disks.n; i++)
		claim_disk(&all[DISKS], vm, &vm->spec->disks.items[i]);
}

void resolve_claims(struct resolver *r)
{
	struct arena *scratch = arena_new();
	struct claims all[KINDS] = {
		[UUIDS] = {.what = "UUID", .format = uuid_format},
		[MACS] = {.what = "MAC address", .format = mac_format},
		[DISKS] = {.what = "disk"},
	};
	bool uuids = any_uuid_written(r->plan);

	for (enum kind k = 0; k < KINDS; k++)
		all[k].scratch = scratch;
	for (uint32_t i = 0; i < r->plan->n_vms; i++)
		if (r->plan->vms[i].host)
			claim_all(all, &r->plan->vms[i], uuids);
	for (enum kind k = 0; k < KINDS; k++)
		report_claims(r, &all[k]);
	arena_free(scratch);
}
