/* Resolves a host: its boards and their places. */
#include <inttypes.h>
#include <stdlib.h>

#include "compiler/plan/steps_private.h"
#include "schema/keys.h"
#include "schema/nearest.h"

static bool is_pci_id(struct str s)
{
	return memchr(s.p, ':', s.n) != NULL;
}

static void report_unknown(struct resolver *r, const struct gpu_spec *spec)
{
	struct str near = catalog_nearest_board(r->plan->catalog, spec->board.s);
	struct finding *f = finding_add(r->findings, "spec-value", SEVERITY_ERROR, spec->board.at,
					"unknown board '%s'",
					finding_quote(r->findings, spec->board.s));

	if (near.n)
		finding_help(r->findings, f, "%.*s `gpuplan boards` lists all boards",
			     STR_ARG(did_you_mean(r->arena, near)));
	else
		finding_help(r->findings, f,
			     "write a board that `gpuplan boards` lists, or the PCI id that `lspci "
			     "-nn` shows");
}

static void report_bad_id(struct resolver *r, const struct gpu_spec *spec)
{
	struct finding *f = finding_add(r->findings, "spec-value", SEVERITY_ERROR, spec->board.at,
					"board '%s' is not the PCI id of an NVIDIA GPU",
					finding_quote(r->findings, spec->board.s));

	finding_help(r->findings, f,
		     "write an id such as 10de:20b2, or 10de:25b6/14a9 with the subsystem device");
}

static void report_shared(struct resolver *r, const struct gpu_spec *spec, uint16_t device)
{
	const struct board *boards[8];
	struct str names = STR("");
	size_t n = catalog_boards_of_device(r->plan->catalog, device, boards, 8);
	struct finding *f;

	for (size_t i = 0; i < n && i < 8; i++)
		names = arena_printf(r->arena, "%.*s%s%.*s", STR_ARG(names),
				     i == 0	 ? ""
				     : i + 1 < n ? ", "
						 : " or ",
				     STR_ARG(boards[i]->id));
	f = finding_add(r->findings, "spec-value", SEVERITY_ERROR, spec->board.at,
			"%zu boards have the PCI id '%s'", n,
			finding_quote(r->findings, spec->board.s));
	finding_help(r->findings, f, "write %.*s, or add the subsystem device to the id",
		     STR_ARG(names));
}

/* Fills in `board`, `board_wrong` (it was reported; not marked in the spec, which hosts of one
 * profile share while many threads resolve them) and `pci_device`. */
static void resolve_board(struct resolver *r, struct gpu *gpu)
{
	const struct gpu_spec *spec = gpu->spec;
	struct pci_id id;
	size_t shared = 0;

	gpu->board_wrong = gpu_broken(spec, board);
	if (!span_given(spec->board.at))
		return;
	if (!is_pci_id(spec->board.s)) {
		gpu->board = catalog_board(r->plan->catalog, spec->board.s);
		gpu->board_wrong = !gpu->board;
		if (!gpu->board)
			report_unknown(r, spec);
	} else if (!pci_id_parse(spec->board.s, &id)) {
		report_bad_id(r, spec);
		gpu->board_wrong = true;
	} else {
		gpu->board = catalog_board_by_pci(r->plan->catalog, spec->board.s, &shared);
		gpu->board_wrong = shared > 1;
		gpu->pci_device = id.device;
		if (shared > 1)
			report_shared(r, spec, id.device);
	}
	if (gpu->board)
		gpu->pci_device = gpu->board->pci_device;
}

/* True if older than the release; `unknown` if the spec gives no version. */
static bool before(struct version version, const struct fact *release, bool unknown)
{
	return span_given(version.at) ? version_cmp(version, release->version) < 0 : unknown;
}

/* docs/spec.md, vgpu_framework. */
static enum framework framework_of(struct resolver *r, const struct host *host,
				   const struct gpu *gpu)
{
	const struct host_spec *spec = host->spec;
	const struct architecture *arch = gpu->board ? gpu->board->arch : NULL;

	if (!host->platform->vfio)
		return 0;
	if (spec->vgpu_framework.is)
		return spec->vgpu_framework.is;
	if (before(spec->versions.vgpu, catalog_release(r->plan->catalog, "vgpu_vfio_first"),
		   false))
		return FRAMEWORK_MDEV;
	if (!arch)
		return gpu->spec->vfs.n ? FRAMEWORK_VFIO : FRAMEWORK_MDEV;
	if (!arch->vgpu_vfio ||
	    (arch->vfio_kernel && before(spec->versions.kernel, arch->vfio_kernel, true)))
		return FRAMEWORK_MDEV;
	return FRAMEWORK_VFIO;
}

/* The user's own `bar1` is measured, so it takes precedence over the table, whose figure is for the
 * board's default BAR1. */
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
		const struct gpu_spec *from = &spec->gpus.items[i];

		*gpu = (struct gpu){.spec = from, .host = host, .index = (uint8_t)i, .clique = -1};
		gpu->node = span_given(from->numa.at) ? (int32_t)from->numa.n : -1;
		resolve_board(r, gpu);
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
					"GPU '%s' has the same address %s as GPU '%.*s'",
					finding_quote(r->findings, gpu->name.s), address,
					STR_ARG(other->name.s));
			finding_note(r->findings, f, other->address.at, "first used here");
			finding_help(r->findings, f,
				     "write the address that `lspci -D -d 10de:` shows on the "
				     "host");
			break;
		}
	}
}

/* A PCI function that a GPU of the spec claims. */
struct function {
	struct pci_address pci;
	const struct gpu_spec *gpu;
	struct span at;
	bool is_virtual;
};

static int by_function(const void *a, const void *b)
{
	const struct function *x = a, *y = b;
	int d = pci_cmp(x->pci, y->pci);

	d = d ? d : x->is_virtual - y->is_virtual;
	return d ? d : (x->at.at > y->at.at) - (x->at.at < y->at.at);
}

static void report_function(struct resolver *r, const struct function *it,
			    const struct function *before)
{
	struct finding *f;
	char address[24];

	pci_format(it->pci, address);
	f = finding_add(r->findings, "spec-duplicate", SEVERITY_ERROR, it->at,
			"virtual function %s of GPU '%s' is already %s GPU '%.*s'", address,
			finding_quote(r->findings, it->gpu->name.s),
			before->is_virtual ? "one of" : "the address of",
			STR_ARG(before->gpu->name.s));
	finding_note(r->findings, f, before->at, "first used here");
	finding_help(r->findings, f,
		     "list those that `ls -l /sys/bus/pci/devices/ADDRESS/virtfn*` shows for each "
		     "GPU");
}

/* One virtual function serves one vGPU: listed twice, two VMs would get it. */
static void check_functions(struct resolver *r, const struct host *host)
{
	size_t n = 0, all = host->n_gpus;
	struct function *functions;

	for (uint32_t i = 0; i < host->n_gpus; i++)
		all += host->gpus[i].spec->vfs.n;
	if (all == host->n_gpus)
		return;
	functions = arena_array(r->scratch, all, sizeof *functions);
	for (uint32_t i = 0; i < host->n_gpus; i++) {
		const struct gpu_spec *gpu = host->gpus[i].spec;

		if (span_given(gpu->address.at))
			functions[n++] = (struct function){gpu->address.pci, gpu, gpu->address.at,
							   false};
		for (uint32_t k = 0; k < gpu->vfs.n; k++)
			functions[n++] = (struct function){gpu->vfs.items[k].pci, gpu,
							   gpu->vfs.items[k].at, true};
	}
	qsort(functions, n, sizeof *functions, by_function);
	for (size_t i = 1; i < n; i++)
		if (functions[i].is_virtual && pci_eq(functions[i].pci, functions[i - 1].pci))
			report_function(r, &functions[i], &functions[i - 1]);
	arena_reset(r->scratch);
}

/* `seen`: the first place of each number. */
static void check_number(struct resolver *r, const struct number *it, const char *what,
			 const struct number **seen)
{
	struct finding *f;

	if (!span_given(it->at))
		return;
	if (!seen[it->n]) {
		seen[it->n] = it;
		return;
	}
	f = finding_add(r->findings, "spec-duplicate", SEVERITY_ERROR, it->at,
			"duplicate %s %" PRIu64, what, it->n);
	finding_note(r->findings, f, seen[it->n]->at, "first used here");
	finding_help(r->findings, f, "give each its own number");
}

static void check_numbers(struct resolver *r, const struct host *host)
{
	const struct number *modules[MAX_MODULE + 1] = {0}, *nodes[MAX_NODE + 1] = {0};
	const struct number *indexes[MAX_GPUS] = {0};

	for (uint32_t i = 0; i < host->n_gpus; i++) {
		check_number(r, &host->gpus[i].spec->module, "module", modules);
		check_number(r, &host->gpus[i].spec->smi_index, "smi_index", indexes);
	}
	for (uint32_t i = 0; i < host->spec->numa.n; i++)
		check_number(r, &host->spec->numa.items[i].id, "NUMA node", nodes);
}

static bool has_nvswitch(const struct figures *figures, const struct host *host)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < host->n_gpus; i++)
		n += host->gpus[i].board && host->gpus[i].board->nvswitch;
	return span_given(host->spec->nvswitch.at) || n > figures->unswitched_gpus;
}

/* If libvirt starts the VMs, it must know the element <iommufd>: an older one drops it, and QEMU
 * would use a legacy container. */
static bool can_iommufd(struct catalog *catalog, const struct host *host)
{
	return host->platform->vfio &&
	       (!host->platform->libvirt ||
		!before(host->spec->versions.libvirt, catalog_release(catalog, "libvirt_iommufd"),
			false));
}

void resolve_host(struct resolver *r, struct host_spec *spec, struct host *host)
{
	struct catalog *catalog = r->plan->catalog;
	struct version libvirt = spec->versions.libvirt;

	host->spec = spec;
	host->platform = platform_of(spec);
	host->unusable = !spec->hypervisor.is || spec->gpus.n == 0 ||
			 (span_given(spec->profile.at) && !host->profile);
	host->iommufd = spec->iommu_backend.is == IOMMU_IOMMUFD && can_iommufd(catalog, host);
	host->libvirt_stateless =
		!before(libvirt, catalog_release(catalog, "libvirt_loader_stateless"), false);
	resolve_gpus(r, spec, host);
	check_addresses(r, host);
	check_functions(r, host);
	check_numbers(r, host);
	host->nvswitch = has_nvswitch(r->plan->figures, host);
}
