/* A host: its boards, NVLink edges and cliques. */
#include <stdlib.h>
#include <strings.h>

#include "compiler/resolve.h"
#include "schema/keys.h"

static gpu_mask bit(uint32_t i)
{
	return UINT64_C(1) << i;
}

static bool is_pci_id(struct str s)
{
	return memchr(s.p, ':', s.n) != NULL;
}

/* The catalog lacks the board id, or several boards share the PCI id. */
static void report_board(struct resolver *r, const struct gpu_spec *spec, size_t shared)
{
	const struct text *board = &spec->board;
	struct finding *f;

	if (shared > 1) {
		const struct board *boards[8];
		struct str names = STR("");
		uint16_t device = (uint16_t)strtoul(board->s.p + strlen("10de:"), NULL, 16);
		size_t n = catalog_boards_of_device(r->plan->catalog, device, boards, 8);

		for (size_t i = 0; i < n && i < 8; i++)
			names = arena_printf(r->arena, "%.*s%s%.*s", STR_ARG(names),
					     i == 0	 ? ""
					     : i + 1 < n ? ", "
							 : " or ",
					     STR_ARG(boards[i]->id));
		f = finding_add(r->findings, "spec-value", SEVERITY_ERROR, board->at,
				"'board': %zu boards have the PCI id '%s'", n,
				finding_quote(r->findings, board->s));
		finding_help(r->findings, f, "write %.*s, or the id with its subsystem",
			     STR_ARG(names));
	} else {
		struct str near = catalog_nearest_board(r->plan->catalog, board->s);

		f = finding_add(r->findings, "spec-value", SEVERITY_ERROR, board->at,
				"'board': '%s' is not in the catalog",
				finding_quote(r->findings, board->s));
		if (near.n)
			finding_help(r->findings, f,
				     "did you mean '%.*s'? `gpuplan boards` lists them all",
				     STR_ARG(near));
		else
			finding_help(r->findings, f,
				     "`gpuplan boards` lists the boards; one that it "
				     "lacks is written as its PCI id: 10de:2bb5");
	}
}

static bool good_pci_id(struct str s)
{
	/* 10de:20b2 or 10de:25b6/14a9 */
	if ((s.n != 9 && s.n != 14) || strncasecmp(s.p, "10de:", 5) != 0)
		return false;
	for (size_t i = 5; i < s.n; i++)
		if (i == 9 ? s.p[i] != '/' : !strchr("0123456789abcdefABCDEF", s.p[i]))
			return false;
	return true;
}

/* What the decoder does for a value that it finds wrong: who would judge it skips it. */
#define MARK_BROKEN(spec, section, key)                                                            \
	((spec)->broken |= UINT64_C(1) << (section_key(&(section), STR(key)) - (section).keys))

static const struct board *find_board(struct resolver *r, struct gpu_spec *spec)
{
	const struct board *board;
	size_t shared = 0;

	if (!span_given(spec->board.at))
		return NULL;
	if (!is_pci_id(spec->board.s)) {
		board = catalog_board(r->plan->catalog, spec->board.s);
		if (!board) {
			report_board(r, spec, 0);
			MARK_BROKEN(spec, gpu_section, "board");
		}
		return board;
	}
	if (!good_pci_id(spec->board.s)) {
		struct finding *f = finding_add(r->findings, "spec-value", SEVERITY_ERROR,
						spec->board.at,
						"'board': '%s' is not the PCI id of an NVIDIA GPU",
						finding_quote(r->findings, spec->board.s));

		finding_help(r->findings, f,
			     "write it as 10de:20b2, or 10de:25b6/14a9 with the "
			     "subsystem's device");
		MARK_BROKEN(spec, gpu_section, "board");
		return NULL;
	}
	board = catalog_board_by_pci(r->plan->catalog, spec->board.s, &shared);
	if (!board && shared > 1) {
		report_board(r, spec, shared);
		MARK_BROKEN(spec, gpu_section, "board");
	}
	return board;
}

/* Older than that row of releases.csv; `unknown` where the spec does not say. */
static bool before(struct resolver *r, struct version version, const char *release, bool unknown)
{
	if (!span_given(version.at))
		return unknown;
	return version_cmp(version, catalog_version(r->plan->catalog, release)) < 0;
}

/* docs/spec.md, vgpu_framework. */
static enum framework framework_of(struct resolver *r, const struct host *host,
				   const struct gpu *gpu)
{
	const struct host_spec *spec = host->spec;
	enum gpu_arch arch = gpu->board ? gpu->board->arch : ARCH_UNKNOWN;

	if (!host->kvm)
		return 0;
	if (spec->vgpu_framework.is)
		return spec->vgpu_framework.is;
	if (before(r, spec->versions.vgpu, "vgpu_vfio_first", false))
		return FRAMEWORK_MDEV;
	if (arch == ARCH_UNKNOWN)
		return gpu->spec->vfs.n ? FRAMEWORK_VFIO : FRAMEWORK_MDEV;
	if (arch > ARCH_AMPERE)
		return FRAMEWORK_VFIO;
	if (arch < ARCH_AMPERE || before(r, spec->versions.kernel, "kernel_vfio_ampere", true))
		return FRAMEWORK_MDEV;
	return FRAMEWORK_VFIO;
}

/* rules.md, section 4. The user's own `bar1` is the measured one: it goes before the table, whose
 * figure is for the BAR1 that the board has by default. */
static void size_share(struct gpu *gpu)
{
	const struct board *board = gpu->board;

	gpu->bar1 = span_given(gpu->spec->bar1.at) ? gpu->spec->bar1.n : board ? board->bar1 : 0;
	if (board && board->vsphere_mmio && !span_given(gpu->spec->bar1.at)) {
		gpu->mmio_share = board->vsphere_mmio;
		gpu->share_source = SHARE_TABLE;
	} else if (gpu->bar1) {
		gpu->mmio_share = 2 * gpu->bar1;
		gpu->share_source = SHARE_BAR1;
	} else if (board && board->framebuffer) {
		gpu->mmio_share = 2 * next_power_of_two(board->framebuffer);
		gpu->share_source = SHARE_GUESS;
	}
}

static void resolve_gpus(struct resolver *r, struct host_spec *spec, struct host *host)
{
	host->n_gpus = spec->gpus.n;
	host->gpus = arena_array(r->arena, spec->gpus.n, sizeof *host->gpus);
	for (uint32_t i = 0; i < host->n_gpus; i++) {
		struct gpu *gpu = &host->gpus[i];
		struct gpu_spec *from = &spec->gpus.items[i];

		*gpu = (struct gpu){.spec = from, .host = host, .index = (uint8_t)i, .clique = -1};
		gpu->node = span_given(from->numa.at) ? (int32_t)from->numa.n : -1;
		gpu->board = find_board(r, from);
		gpu->framework = framework_of(r, host, gpu);
		size_share(gpu);
	}
}

static void check_addresses(struct resolver *r, const struct host *host)
{
	for (uint32_t i = 1; i < host->n_gpus; i++) {
		const struct gpu_spec *gpu = host->gpus[i].spec;

		for (uint32_t j = 0; j < i && span_given(gpu->address.at); j++) {
			const struct gpu_spec *other = host->gpus[j].spec;
			struct finding *f;
			char address[24];

			if (!span_given(other->address.at) ||
			    !pci_eq(other->address.pci, gpu->address.pci))
				continue;
			pci_format(gpu->address.pci, address);
			f = finding_add(r->findings, "spec-duplicate", SEVERITY_ERROR,
					gpu->address.at,
					"GPU '%s' has the address %s of GPU '%.*s'",
					finding_quote(r->findings, gpu->name.s), address,
					STR_ARG(other->name.s));
			finding_note(r->findings, f, other->address.at, "the first one");
			finding_help(r->findings, f,
				     "`lspci -D -d 10de:` on the host lists the addresses");
			break;
		}
	}
}

const struct gpu *host_gpu(const struct host *host, struct str id)
{
	for (uint32_t i = 0; i < host->n_gpus; i++)
		if (str_eq(host->gpus[i].spec->name.s, id))
			return &host->gpus[i];
	return NULL;
}

static struct str gpu_name(size_t i, const void *data)
{
	return ((const struct host *)data)->gpus[i].spec->name.s;
}

/* The GPUs that a group names; one that the host lacks is reported and left out, and `*whole` is
 * false then. */
static gpu_mask group_mask(struct resolver *r, const struct host *host, const text_list *ids,
			   const char *key, bool *whole)
{
	gpu_mask mask = 0;

	for (uint32_t i = 0; i < ids->n; i++) {
		const struct text *id = &ids->items[i];
		const struct gpu *gpu = host_gpu(host, id->s);
		struct finding *f;
		size_t near;

		if (gpu && !(mask & bit(gpu->index))) {
			mask |= bit(gpu->index);
			continue;
		}
		if (gpu) {
			finding_add(r->findings, "spec-value", SEVERITY_ERROR, id->at,
				    "'%s': '%.*s' stands in this group already", key,
				    STR_ARG(id->s));
			continue;
		}
		*whole = false;
		if (host_broken(host->spec, gpus))
			continue;
		f = finding_add(r->findings, "spec-reference", SEVERITY_ERROR, id->at,
				"'%s': host '%.*s' has no GPU '%.*s'", key,
				STR_ARG(host->spec->name.s), STR_ARG(id->s));
		near = nearest(id->s, host->n_gpus, gpu_name, host);
		if (near != SIZE_MAX)
			finding_help(r->findings, f, "did you mean '%.*s'?",
				     STR_ARG(gpu_name(near, host)));
	}
	return mask;
}

static void connect(const struct host *host, gpu_mask group)
{
	for (uint32_t i = 0; i < host->n_gpus; i++)
		if (group & bit(i))
			host->nvlink[i] |= group & ~bit(i);
}

static gpu_mask all_gpus(const struct host *host)
{
	return host->n_gpus == MAX_GPUS ? UINT64_MAX : bit(host->n_gpus) - 1;
}

static void resolve_nvlink(struct resolver *r, struct host_spec *spec, struct host *host)
{
	bool whole = true;

	if (!span_given(spec->nvlink.at))
		return;
	host->nvlink = arena_array(r->arena, host->n_gpus, sizeof *host->nvlink);
	if (spec->nvlink.word == LINKS_ALL)
		connect(host, all_gpus(host));
	for (uint32_t i = 0; i < spec->nvlink.n; i++)
		connect(host, group_mask(r, host, &spec->nvlink.items[i].gpus, "nvlink", &whole));
	if (!whole)
		MARK_BROKEN(spec, host_section, "nvlink");
}

bool nvlink_direct(const struct gpu *a, const struct gpu *b)
{
	return a->host->nvlink && a->host->nvlink[a->index] & bit(b->index);
}

/* Fixed ids are kept; the others get the lowest free ones, in the order of the spec. */
static void number_cliques(struct host *host)
{
	uint64_t next = 0;

	for (uint32_t i = 0; i < host->n_cliques; i++) {
		struct clique *c = &host->cliques[i];
		bool taken = true;

		if (c->group && span_given(c->group->clique.at)) {
			c->id = c->group->clique.n;
			continue;
		}
		while (taken) {
			taken = false;
			for (uint32_t j = 0; j < host->n_cliques && !taken; j++) {
				const struct pcie_group_spec *g = host->cliques[j].group;

				taken = g && span_given(g->clique.at) && g->clique.n == next;
			}
			next += taken;
		}
		c->id = next++;
	}
	for (uint32_t i = 0; i < host->n_cliques; i++)
		for (uint32_t g = 0; g < host->n_gpus; g++)
			if (host->cliques[i].members & bit(g) && host->gpus[g].clique < 0 &&
			    host->cliques[i].id < MAX_CLIQUES)
				host->gpus[g].clique = (int32_t)host->cliques[i].id;
}

static void resolve_cliques(struct resolver *r, struct host_spec *spec, struct host *host)
{
	bool whole = true;

	if (!span_given(spec->pcie_p2p.at))
		return;
	host->pcie_p2p_known = true;
	host->cliques = arena_array(r->arena, spec->pcie_p2p.n + 1, sizeof *host->cliques);
	if (spec->pcie_p2p.word == LINKS_ALL)
		host->cliques[host->n_cliques++] = (struct clique){.members = all_gpus(host),
								   .at = spec->pcie_p2p.at};
	for (uint32_t i = 0; i < spec->pcie_p2p.n; i++) {
		const struct pcie_group_spec *group = &spec->pcie_p2p.items[i];

		host->cliques[host->n_cliques++] = (struct clique){
			.members = group_mask(r, host, &group->gpus, "pcie_p2p", &whole),
			.group = group,
			.at = group->at,
		};
	}
	number_cliques(host);
	if (!whole)
		MARK_BROKEN(spec, host_section, "pcie_p2p");
}

static bool has_nvswitch(const struct host *host)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < host->n_gpus; i++)
		n += host->gpus[i].board && host->gpus[i].board->nvswitch;
	/* The 4-GPU baseboards have no switch. */
	return span_given(host->spec->nvswitch.at) || n > 4;
}

void resolve_host(struct resolver *r, struct host_spec *spec, struct host *host)
{
	host->spec = spec;
	host->kvm = spec->hypervisor.is == HYPERVISOR_KVM;
	host->unusable = !spec->hypervisor.is || spec->gpus.n == 0 ||
			 (span_given(spec->profile.at) && !host->profile);
	host->managed_by = spec->managed_by.is ? spec->managed_by.is : MANAGED_BY_LIBVIRT;
	host->iommu_backend = spec->iommu_backend.is ? spec->iommu_backend.is : IOMMU_LEGACY;
	host->libvirt_stateless = !before(r, spec->versions.libvirt, "libvirt_loader_stateless",
					  false);
	host->libvirt_iommufd = !before(r, spec->versions.libvirt, "libvirt_iommufd", true);
	resolve_gpus(r, spec, host);
	check_addresses(r, host);
	resolve_nvlink(r, spec, host);
	resolve_cliques(r, spec, host);
	host->nvswitch = has_nvswitch(host);
}
