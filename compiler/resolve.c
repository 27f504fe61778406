#include "compiler/resolve.h"

#include <stdlib.h>

#include "compiler/decode.h"
#include "schema/keys.h"

static const void *find(const void *items, uint32_t n, size_t size, struct str name)
{
	uint32_t low = 0, high = n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		const void *item = (const char *)items + middle * size;
		/* Both struct host and struct vm start with their spec. */
		const struct named_spec *spec = *(const struct named_spec *const *)item;
		int d = str_cmp(spec->name.s, name);

		if (d == 0)
			return item;
		if (d < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

const struct host *plan_host(const struct plan *plan, struct str name)
{
	return find(plan->hosts, plan->n_hosts, sizeof *plan->hosts, name);
}

const struct vm *plan_vm(const struct plan *plan, struct str name)
{
	return find(plan->vms, plan->n_vms, sizeof *plan->vms, name);
}

/* Fills each host's list of its VMs: one pass counts, one fills. */
static void list_vms(struct resolver *r)
{
	struct plan *plan = r->plan;

	for (int pass = 0; pass < 2; pass++) {
		for (uint32_t i = 0; i < plan->n_vms; i++) {
			struct host *host = (struct host *)plan->vms[i].host;

			if (!host)
				continue;
			if (pass)
				host->vms[host->n_vms] = &plan->vms[i];
			host->n_vms++;
		}
		for (uint32_t i = 0; i < plan->n_hosts && !pass; i++) {
			struct host *host = &plan->hosts[i];

			host->vms = arena_array(r->arena, host->n_vms, sizeof(void *));
			host->n_vms = 0;
		}
	}
}

/* Something must be done on the host before one of its VMs starts, and nobody else does it:
 * libvirt binds whole GPUs and copies firmware variables by itself. */
static void decide_setup(struct host *host)
{
	bool by_hand = host->managed_by == MANAGED_BY_QEMU;

	for (uint32_t i = 0; i < host->n_vms; i++) {
		const struct vm *vm = host->vms[i];

		host->setup |= vm->n_vgpus || vm->n_partitions ||
			       (by_hand && (vm->n_gpus || vm->firmware == FIRMWARE_EFI));
	}
	host->setup &= host->kvm;
}

static void decide_clique_map(struct host *host)
{
	bool wanted = host->managed_by == MANAGED_BY_OPENSTACK ||
		      host->managed_by == MANAGED_BY_PROXMOX;

	for (uint32_t i = 0; i < host->n_vms; i++)
		wanted |= host->vms[i]->p2p == P2P_PCIE;
	host->clique_map = host->kvm && host->n_cliques > 0 && wanted;
}

/* Something that two VMs must not share. */
struct claim {
	struct str scope; /* a host, or empty: everywhere */
	struct str value;
	struct span at;
	struct str vm;
	bool readonly;
	bool derived; /* not written: the default, from the names of host and VM */
};

struct claims {
	struct claim *items;
	uint32_t n, capacity;
};

static void claim(struct resolver *r, struct claims *all, struct claim c)
{
	struct claim *slot = arena_push(r->arena, (void **)&all->items, &all->n, &all->capacity,
					sizeof *slot);

	*slot = c;
}

static int by_claim(const void *a, const void *b)
{
	const struct claim *x = a, *y = b;
	int d = str_cmp(x->value, y->value);

	d = d ? d : str_cmp(x->scope, y->scope);
	return d ? d : (x->at.at > y->at.at) - (x->at.at < y->at.at);
}

static void report_claims(struct resolver *r, struct claims *all, const char *what)
{
	if (all->n == 0)
		return;
	qsort(all->items, all->n, sizeof *all->items, by_claim);
	for (uint32_t i = 1; i < all->n; i++) {
		const struct claim *c = &all->items[i], *before = c - 1;
		struct finding *f;

		if (!str_eq(c->value, before->value) || !str_eq(c->scope, before->scope) ||
		    (c->readonly && before->readonly))
			continue;
		if (c->at.at == before->at.at)
			f = finding_add(
				r->findings, "spec-duplicate", SEVERITY_ERROR, c->at,
				"VMs '%.*s' and '%.*s' get the same %s '%s' from their profile",
				STR_ARG(before->vm), STR_ARG(c->vm), what,
				finding_quote(r->findings, c->value));
		else if (c->derived)
			f = finding_add(
				r->findings, "spec-duplicate", SEVERITY_ERROR, c->at,
				"VM '%.*s' has the %s %.*s already, the default of this one",
				STR_ARG(before->vm), what, STR_ARG(c->value));
		else
			f = finding_add(r->findings, "spec-duplicate", SEVERITY_ERROR, c->at,
					"VM '%.*s' has this %s already", STR_ARG(before->vm), what);
		if (c->at.at != before->at.at)
			finding_note(r->findings, f, before->at, "the first one");
		finding_help(r->findings, f, "each VM needs a %s of its own", what);
	}
}

static void claim_uuid(struct resolver *r, struct claims *all, const struct vm *vm)
{
	bool given = span_given(vm->spec->uuid.at);
	char text[37];

	/* No artifact of vSphere carries the default. */
	if (vm_broken(vm->spec, uuid) || (!given && !vm->host->kvm))
		return;
	uuid_format(vm->uuid, text);
	claim(r, all,
	      (struct claim){.value = arena_printf(r->arena, "%s", text),
			     .at = given ? vm->spec->uuid.at : vm->spec->name.at,
			     .vm = vm->spec->name.s,
			     .derived = !given});
}

/* Three bytes tell default addresses apart: among thousands two may well be the same. */
static void claim_mac(struct resolver *r, struct claims *all, const struct vm *vm,
		      const struct vm_nic *nic)
{
	bool given = span_given(nic->spec->mac.at);
	char text[18];

	if (nic->spec->broken && !given)
		return;
	mac_format(nic->mac, text);
	claim(r, all,
	      (struct claim){.value = arena_printf(r->arena, "%s", text),
			     .at = given ? nic->spec->mac.at : nic->spec->at,
			     .vm = vm->spec->name.s,
			     .derived = !given});
}

static void check_duplicates(struct resolver *r)
{
	struct claims uuids = {0}, macs = {0}, disks = {0};

	for (uint32_t i = 0; i < r->plan->n_vms; i++) {
		const struct vm *vm = &r->plan->vms[i];
		struct str name = vm->spec->name.s;

		if (!vm->host)
			continue;
		claim_uuid(r, &uuids, vm);
		for (uint32_t k = 0; k < vm->n_nics; k++)
			claim_mac(r, &macs, vm, &vm->nics[k]);
		for (uint32_t k = 0; k < vm->n_disks; k++) {
			const struct vm_disk *disk = &vm->disks[k];
			struct span at = disk->is_block ? disk->spec->block.at
							: disk->spec->file.at;

			if (!span_given(at))
				continue;
			/* Two hosts may well keep an image under one path. */
			claim(r, &disks,
			      (struct claim){.scope = vm->host->spec->name.s,
					     .value = disk->path,
					     .at = at,
					     .vm = name,
					     .readonly = disk->readonly});
		}
	}
	report_claims(r, &uuids, "UUID");
	report_claims(r, &macs, "MAC address");
	report_claims(r, &disks, "disk");
}

struct plan *plan_resolve(struct arena *arena, struct sources *sources, struct catalog *catalog,
			  struct spec *spec, struct findings *findings)
{
	struct plan *plan = arena_alloc(arena, sizeof *plan);
	struct resolver r = {.arena = arena, .findings = findings, .plan = plan};

	*plan = (struct plan){
		.arena = arena,
		.sources = sources,
		.catalog = catalog,
		.hosts = arena_array(arena, spec->hosts.n, sizeof *plan->hosts),
		.n_hosts = spec->hosts.n,
		.vms = arena_array(arena, spec->vms.n, sizeof *plan->vms),
		.n_vms = spec->vms.n,
		.n_files = spec->n_files,
		.n_skipped = spec->n_skipped,
		.incomplete = spec->unread,
		.hosts_incomplete = spec->unread & UNREAD_HOSTS,
	};
	for (uint32_t i = 0; i < plan->n_hosts; i++) {
		struct host *host = &plan->hosts[i];

		host->profile = find_host_spec(&spec->host_profiles,
					       spec->hosts.items[i]->profile.s);
		resolve_host(&r, spec->hosts.items[i], host);
	}
	capture_cliques(&r, spec);
	for (uint32_t i = 0; i < plan->n_vms; i++) {
		struct vm *vm = &plan->vms[i];

		vm->profile = find_vm_spec(&spec->profiles, spec->vms.items[i]->profile.s);
		resolve_vm(&r, spec->vms.items[i], vm);
	}
	list_vms(&r);
	for (uint32_t i = 0; i < plan->n_hosts; i++) {
		resolve_functions(&r, &plan->hosts[i]);
		decide_clique_map(&plan->hosts[i]);
		decide_setup(&plan->hosts[i]);
	}
	check_duplicates(&r);
	return plan;
}
