/* Keys that no artifact uses: the key tables say which (`needs`, KEY_VGPU). */
#include "rules/p2p.h"
#include "rules/versions.h"
#include "schema/keys.h"

static void report_platform(struct judge *judge, const struct host *host, const struct key *key,
			    struct span at)
{
	const char *word = host->platform->word;
	struct finding *f = report(judge, at, "'%s' has no effect on a %s host: it is for %s hosts",
				   key->name, word, platform_with(key->needs)->word);

	finding_note(judge->findings, f, host->spec->hypervisor.at, "host '%.*s' is %s",
		     STR_ARG(host->spec->name.s), word);
	finding_help(judge->findings, f, "remove '%s'", key->name);
}

static bool of_other_platform(const struct host *host, const struct key *key)
{
	return key->needs && !platform_has(host->platform, key->needs);
}

/* `iommu_backend: iommufd` that the host's libvirt is too old for. */
static void report_old_libvirt(struct judge *judge, const struct host *host)
{
	const struct fact *release = release_of(judge, "libvirt_iommufd");
	struct span at = host->spec->versions.libvirt.at;
	struct finding *f;

	f = report(
		judge, host->spec->iommu_backend.at,
		"'iommufd' has no effect: libvirt %s does not support it, and QEMU uses the legacy "
		"backend",
		written(judge, at));
	finding_note(judge->findings, f, at, "libvirt supports iommufd since %.*s",
		     STR_ARG(release->text));
	finding_help(judge->findings, f,
		     "write iommu_backend: legacy, or use libvirt %.*s or later",
		     STR_ARG(release->text));
}

/* The host's first vGPU that is a mediated device; NULL: none. *others: some GPU is not one. */
static const struct vm_gpu *first_mdev(const struct host *host, bool *others)
{
	const struct vm_gpu *first = NULL;

	*others = false;
	for (uint32_t v = 0; v < host->n_vms; v++)
		for (uint32_t i = 0; i < host->vms[v]->n_gpus; i++) {
			const struct vm_gpu *g = &host->vms[v]->gpus[i];

			*others |= g->iommufd;
			if (!first && vm_gpu_is_mdev(g))
				first = g;
		}
	return first;
}

/* A note where other GPUs of the host do use it. */
static void report_mdev(struct judge *judge, const struct host *host)
{
	bool others;
	const struct vm_gpu *mdev = first_mdev(host, &others);
	struct finding *f;

	if (!mdev)
		return;
	f = report_as(judge, others ? SEVERITY_NOTE : SEVERITY_WARNING,
		      host->spec->iommu_backend.at,
		      "'iommufd' has no effect on mediated devices: they use the legacy backend");
	finding_note(judge->findings, f, mdev->spec->gpu.at,
		     "this vGPU of VM '%.*s' is a mediated device",
		     STR_ARG(mdev->vm->spec->name.s));
	if (!others)
		finding_help(judge->findings, f, "write iommu_backend: legacy");
}

static void check_iommufd(struct judge *judge, const struct host *host)
{
	if (!host->platform->vfio || host->spec->iommu_backend.is != IOMMU_IOMMUFD)
		return;
	if (host->iommufd)
		report_mdev(judge, host);
	else
		report_old_libvirt(judge, host);
}

/* A profile may serve hosts of both kinds and have the keys of both. */
static void check_host(struct judge *judge, const struct host *host)
{
	for (size_t i = 0; i < host_section.n; i++) {
		const struct key *key = &host_section.keys[i];
		struct span at = key_at(key, host->spec);

		if (!span_given(at))
			continue;
		if (of_other_platform(host, key) && span_within(at, host->spec->at))
			report_platform(judge, host, key, at);
	}
	check_iommufd(judge, host);
}

/* `uvm: default` and `multicast: false` ask for nothing: they undo a profile. */
static bool asks_for_nothing(const struct key *key, const void *spec)
{
	const char *value = (const char *)spec + key->offset;

	if (key->type == KEY_FLAG)
		return !((const struct flag *)(const void *)value)->on;
	if (key->type == KEY_WORD)
		return strcmp(key->words[((const struct word *)(const void *)value)->is - 1],
			      "default") == 0;
	return false;
}

static void report_whole(struct judge *judge, const struct key *key, struct span at,
			 const char *who, struct str name)
{
	struct finding *f = report(judge, at, "'%s' has no effect without a vGPU: %s '%.*s' %s",
				   key->name, who, STR_ARG(name),
				   strcmp(who, "VM") == 0 ? "has none" : "is passed through whole");

	finding_help(judge->findings, f, "remove '%s', or name a vGPU type: vgpu: TYPE", key->name);
}

/* `vf` of an mdev has an effect on an SR-IOV board: it is where the mediated device is created. */
static bool of_other_framework(const struct vm_gpu *g, const struct vm_gpu_spec *item,
			       struct span at)
{
	const struct board *board = g->gpu->board;

	if (at.at == item->mdev.at.at)
		return g->gpu->framework == FRAMEWORK_VFIO;
	return at.at == item->vf.at.at && g->gpu->framework == FRAMEWORK_MDEV && board &&
	       board->arch && !board->arch->sriov;
}

static void report_framework(struct judge *judge, const struct vm_gpu *g, const struct key *key,
			     struct span at)
{
	bool vfio = g->gpu->framework == FRAMEWORK_VFIO;
	struct span said = g->gpu->host->spec->vgpu_framework.at;
	struct finding *f;

	f = report(
		judge, at, "'%s' has no effect: vGPUs on '%.*s' %s", key->name,
		STR_ARG(g->gpu->spec->name.s),
		vfio ? "are virtual functions, not mediated devices"
		     : "are mediated devices on the board itself, which has no virtual functions");
	if (span_given(said))
		finding_note(judge->findings, f, said, "'vgpu_framework' is set here");
	finding_help(judge->findings, f,
		     vfio ? "name the virtual function: vf: ADDRESS" : "remove 'vf'");
}

static void check_item(struct judge *judge, const struct vm_gpu *g)
{
	for (size_t i = 0; i < vm_gpu_section.n; i++) {
		const struct key *key = &vm_gpu_section.keys[i];
		struct span at = key_at(key, g->spec);

		if (!span_given(at) || from_profile(g->vm, at))
			continue;
		if (of_other_platform(g->vm->host, key))
			report_platform(judge, g->vm->host, key, at);
		else if (key->flags & KEY_VGPU && is_whole(g) && !asks_for_nothing(key, g->spec))
			report_whole(judge, key, at, "GPU", g->spec->gpu.s);
		else if (g->is_vgpu && g->gpu && of_other_framework(g, g->spec, at))
			report_framework(judge, g, key, at);
	}
}

/* The VM has no vGPU, as far as it could be read. */
static bool is_without_vgpu(const struct vm *vm)
{
	/* A profile that is not there may have held the GPUs. */
	bool lost = span_given(vm->spec->profile.at) && !vm->profile;
	bool whole = !lost && !vm_broken(vm->spec, gpus) && !vm_broken(vm->spec, vgpu);

	for (uint32_t i = 0; i < vm->n_gpus; i++)
		whole &= is_whole(&vm->gpus[i]);
	return whole;
}

static void check_vm(struct judge *judge, const struct vm *vm)
{
	for (size_t i = 0; i < vm_section.n; i++) {
		const struct key *key = &vm_section.keys[i];
		struct span at = key_at(key, vm->spec);

		if (!span_given(at) || from_profile(vm, at))
			continue;
		if (of_other_platform(vm->host, key))
			report_platform(judge, vm->host, key, at);
		else if (key->flags & KEY_VGPU && is_without_vgpu(vm) &&
			 !asks_for_nothing(key, vm->spec))
			report_whole(judge, key, at, "VM", vm->spec->name.s);
	}
	for (uint32_t i = 0; i < vm->n_gpus; i++)
		check_item(judge, &vm->gpus[i]);
}

static void check(struct judge *judge)
{
	const struct plan *plan = judge->plan;

	for (uint32_t i = 0; i < plan->n_hosts; i++)
		if (!plan->hosts[i].unusable)
			check_host(judge, &plan->hosts[i]);
	for (uint32_t i = 0; i < plan->n_vms; i++)
		if (plan->vms[i].host)
			check_vm(judge, &plan->vms[i]);
}

const struct rule rule_key_without_effect = {
	.name = "key-without-effect",
	.severity = SEVERITY_WARNING,
	.summary = "a key that has no effect on this host or VM",
	.plan = check,
	.what = "A vSphere host or VM has a key for KVM, or the other way round; `uvm`, "
		"`vgpu_params` or `multicast` is set without a vGPU; an item has `mdev` where "
		"vGPUs are virtual functions; or `iommu_backend: iommufd` is set with libvirt "
		"before {release:libvirt_iommufd} or for mediated devices. Profiles may have such "
		"keys, because they may serve several kinds of hosts.",
	.why = "No artifact contains the key, although its author expects it to work: a VM on "
	       "vSphere with `hugepages` gets no huge pages.",
	.source = "the spec language, version 1: the keys marked \"kvm only\" and \"vsphere only\" "
		  "and those of a vGPU; {source:libvirt_iommufd} (`<iommufd>`, which libvirt 12.8 "
		  "ignores for mediated devices: tested)",
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
		   "     memory: 64GiB\n"
		   "-    uvm: true\n"
		   "     gpus: [g0]\n",
};
