#include "compiler/model/profiles.h"

#include "compiler/model/decode.h"
#include "schema/keys.h"
#include "schema/nearest.h"

static void merge(const struct section *section, void *own, const void *profile)
{
	struct named_spec *head = own;
	const struct named_spec *from = profile;

	for (size_t i = 0; i < section->n; i++) {
		const struct key *key = &section->keys[i];
		char *field = (char *)own + key->offset;
		const char *theirs = (const char *)profile + key->offset;
		uint64_t bit = UINT64_C(1) << i;
		struct span at = key_at(key, own), their_at = key_at(key, profile);

		if (key->flags & KEY_OWN)
			continue;
		if (key->flags & KEY_MERGE && span_given(at) && span_given(their_at)) {
			merge(key->section, field, theirs);
			/* The map itself still belongs to the host. */
			continue;
		}
		if (span_given(at) || head->broken & bit)
			continue;
		memcpy(field, theirs, key_size(key));
		head->broken |= from->broken & bit;
	}
}

static struct str host_name(size_t i, const void *data)
{
	return ((const struct host_list *)data)->items[i]->name.s;
}

static struct str vm_name(size_t i, const void *data)
{
	return ((const struct vm_list *)data)->items[i]->name.s;
}

static void report_missing(const struct spec *spec, struct findings *findings, struct text name,
			   const char *where, enum unread unread, uint32_t n,
			   struct str (*get)(size_t, const void *), const void *list)
{
	struct finding *f;
	struct str near;

	if (spec->unread & unread)
		return;
	f = finding_add(findings, "spec-reference", SEVERITY_ERROR, name.at, "unknown profile '%s'",
			finding_quote(findings, name.s));
	near = nearest(name.s, n, get, list);
	finding_suggest(findings, f, near, NULL);
	if (n == 0)
		finding_help(findings, f, "add it to %s, or pass the file that defines it", where);
}

void merge_profiles(struct spec *spec, struct findings *findings)
{
	for (uint32_t i = 0; i < spec->hosts.n; i++) {
		struct host_spec *host = spec->hosts.items[i], *profile = NULL;

		if (span_given(host->profile.at)) {
			profile = find_host_spec(&spec->host_profiles, host->profile.s);
			if (profile)
				merge(&host_section, host, profile);
			else
				report_missing(spec, findings, host->profile, "host_profiles",
					       UNREAD_HOST_PROFILES, spec->host_profiles.n,
					       host_name, &spec->host_profiles);
		}
		/* A missing profile might have had the required keys. */
		decode_require(
			findings, &host_section, host, host->name.at, host->name.s,
			!profile && (span_given(host->profile.at) || host_broken(host, profile)));
	}
	for (uint32_t i = 0; i < spec->vms.n; i++) {
		struct vm_spec *vm = spec->vms.items[i], *profile = NULL;

		if (span_given(vm->profile.at)) {
			profile = find_vm_spec(&spec->profiles, vm->profile.s);
			if (profile)
				merge(&vm_section, vm, profile);
			else
				report_missing(spec, findings, vm->profile, "profiles",
					       UNREAD_PROFILES, spec->profiles.n, vm_name,
					       &spec->profiles);
		}
		decode_require(findings, &vm_section, vm, vm->name.at, vm->name.s,
			       !profile && (span_given(vm->profile.at) || vm_broken(vm, profile)));
	}
}
