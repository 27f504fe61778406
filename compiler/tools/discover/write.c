/* The machine as a spec. */
#include "compiler/tools/discover/discover.h"
#include "schema/platform.h"

/* --- the host's name --- */

/* Lower case, `-` for what a name cannot hold, 63 characters. */
static struct str valid_name(struct arena *arena, struct str from)
{
	enum { LONGEST = 63 };
	char *name = arena_alloc(arena, LONGEST + 1);
	size_t n = 0;

	for (size_t i = 0; i < from.n && n < LONGEST; i++) {
		char c = from.p[i];
		bool upper = c >= 'A' && c <= 'Z', lower = c >= 'a' && c <= 'z';
		bool inner = c == '.' || c == '_' || c == '-';

		if (upper)
			c = (char)(c | 0x20);
		else if (!lower && !(c >= '0' && c <= '9') && !inner)
			c = '-', inner = true;
		if (!inner || n > 0)
			name[n++] = c;
	}
	while (n > 0 && memchr("._-", name[n - 1], 3))
		n--;
	if (n == 0 || str_is((struct str){name, n}, "manifest.json"))
		return STR("host");
	return (struct str){name, n};
}

/* --- what is known of it, and what is not --- */

static bool has_geforce(const struct board *const *boards, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (boards[i] && boards[i]->class == BOARD_GEFORCE)
			return true;
	return false;
}

static void note_driver(struct host_spec *host, struct encode_notes *notes,
			const struct board *const *boards, uint32_t n)
{
	encode_note(notes, &host->versions, NOTE_BELOW,
		    "versions.qemu, versions.libvirt: not read; `qemu-system-x86_64 --version` and "
		    "`virsh version` tell");
	if (host->driver.is == DRIVER_OPEN && has_geforce(boards, n)) {
		host->driver = (struct word){0};
		encode_note(notes, &host->driver, NOTE_ABOVE,
			    "driver: open, or open-p2p where the module is the patched one: it "
			    "does not tell");
	}
}

static void note_iommu(const struct host_spec *host, struct encode_notes *notes)
{
	if (!span_given(host->iommu.at))
		encode_note(notes, &host->iommu, NOTE_ABOVE,
			    "iommu is not known: /sys/kernel/iommu_groups cannot be read");
	else if (!host->iommu.on)
		encode_note(notes, &host->iommu, NOTE_BEHIND,
			    "no groups: passthrough needs VT-d or AMD-Vi, in firmware and kernel");
}

static uint32_t switched(const struct board *const *boards, uint32_t n)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < n; i++)
		count += boards[i] && boards[i]->nvswitch;
	return count;
}

static void note_nvswitch(const struct machine *m, struct host_spec *host,
			  struct encode_notes *notes, const struct board *const *boards)
{
	if (m->n_nvswitches == 0 && switched(boards, m->n_gpus) <= 4) {
		host->nvswitch = (struct nvswitch_spec){0};
		return;
	}
	if (host->nvswitch.mode.is)
		encode_note(notes, &host->nvswitch, NOTE_BEHIND,
			    "FABRIC_MODE of fabricmanager.cfg");
	else
		encode_note(notes, &host->nvswitch, NOTE_ABOVE,
			    "nvswitch.mode is not known: FABRIC_MODE of Fabric Manager tells "
			    "(0 bare-metal, 1 shared, 2 vgpu)");
	encode_note(notes, &host->nvswitch, NOTE_BELOW,
		    "module, the SXM module id of each GPU, is not in sysfs; partitions need it");
}

/* One baseboard of eight with its switches. */
static bool is_switched_board(const struct machine *m, const struct board *const *boards)
{
	return m->n_nvswitches && m->n_gpus > 4 && m->n_gpus <= 8 &&
	       switched(boards, m->n_gpus) == m->n_gpus;
}

static void add_links(const struct machine *m, struct host_spec *host, struct encode_notes *notes,
		      const struct board *const *boards)
{
	if (m->n_gpus < 2)
		return;
	if (capture_set_gpus(&m->links)) {
		import_links(&m->links, host, notes);
	} else if (is_switched_board(m, boards)) {
		host->nvlink.at = SPAN_MADE;
		host->nvlink.word = LINKS_ALL;
		encode_note(notes, &host->nvlink, NOTE_BEHIND, "%u NVSwitches are there",
			    m->n_nvswitches);
	} else {
		encode_note(notes, &host->nvlink, NOTE_ABOVE,
			    "nvlink, pcie_p2p: not in sysfs; save `nvidia-smi topo -m`, `-p2p r` "
			    "and `-p2p w` of the bare host beside this file and name them in "
			    "`captures`");
	}
}

/* --- GPUs --- */

/* The boards that share the device, for a comment. */
static struct str names_of_device(struct arena *arena, struct catalog *catalog, uint16_t device)
{
	const struct board *boards[8];
	size_t n = catalog_boards_of_device(catalog, device, boards, 8);
	struct str names = STR("");

	for (size_t i = 0; i < n && i < 8; i++)
		names = arena_printf(arena, "%.*s%s%.*s", STR_ARG(names), i ? ", " : "",
				     STR_ARG(boards[i]->id));
	return names;
}

/* The board's name in a spec, with a note about it. */
static struct str board_name(struct arena *arena, struct catalog *catalog,
			     const struct found_gpu *gpu, const struct board **board,
			     struct str *remark)
{
	struct str device = arena_printf(arena, "10de:%04x", gpu->device), id = device;
	size_t shared = 0;

	if (gpu->has_subsystem)
		id = arena_printf(arena, "10de:%04x/%04x", gpu->device, gpu->subsystem);
	*board = catalog_board_by_pci(catalog, id, &shared);
	if (*board) {
		/* Most GeForce boards have no id but that of the bus. */
		*remark = memchr((*board)->id.p, ':', (*board)->id.n) ? (*board)->name : STR("");
		return (*board)->id;
	}
	if (shared > 1) {
		*remark = arena_printf(arena, "write which one it is: %.*s",
				       STR_ARG(names_of_device(arena, catalog, gpu->device)));
		return id;
	}
	*remark = STR("not in the catalog: rules that need the board are silent");
	/* Without its subsystem it would be one of the boards that share the device. */
	return catalog_boards_of_device(catalog, gpu->device, NULL, 0) ? id : device;
}

static void add_gpus(const struct machine *m, struct host_spec *host, struct encode_notes *notes,
		     struct catalog *catalog, const struct board **boards)
{
	host->gpus.items = arena_array(m->arena, m->n_gpus, sizeof *host->gpus.items);
	for (uint32_t i = 0; i < m->n_gpus; i++) {
		struct gpu_spec *spec = &host->gpus.items[host->gpus.n++];
		const struct found_gpu *gpu = &m->gpus[i];
		struct str remark;

		*spec = gpu->spec;
		spec->name = made_text(arena_printf(m->arena, "g%u", i));
		spec->board = made_text(board_name(m->arena, catalog, gpu, &boards[i], &remark));
		if (gpu->root.n || remark.n)
			encode_note(notes, spec, NOTE_BEHIND, "%s%.*s%s%.*s",
				    gpu->root.n ? "root complex " : "", STR_ARG(gpu->root),
				    gpu->root.n && remark.n ? "; " : "", STR_ARG(remark));
	}
}

static void note_all(const struct machine *m, struct document_spec *document,
		     struct host_spec *host, struct encode_notes *notes)
{
	encode_note(notes, &document->hosts, NOTE_ABOVE,
		    "Written by `gpuplan discover`: GPUs in the order of their PCI addresses, as "
		    "nvidia-smi counts them.");
	for (uint32_t i = 0; i < m->n_notes; i++)
		encode_note(notes, &document->hosts, NOTE_ABOVE, "Not read: %.*s",
			    STR_ARG(m->notes[i]));
	if (!str_eq(host->name.s, m->hostname))
		encode_note(notes, host, NOTE_BEHIND, "the machine calls itself '%.*s'",
			    STR_ARG(m->hostname));
}

void machine_write(struct buffer *out, const struct machine *m, struct catalog *catalog)
{
	struct encode_notes notes = {.arena = m->arena};
	const struct board *boards[MAX_GPUS] = {NULL};
	struct host_spec host = m->host, *hosts = &host;
	struct document_spec document = {.version = made_number(SPEC_VERSION),
					 .hosts = {.n = 1, .items = &hosts}};

	host.name = made_text(valid_name(m->arena, m->hostname));
	host.hypervisor = made_word(platform_with(PLATFORM(vfio))->hypervisor);
	note_all(m, &document, &host, &notes);
	add_gpus(m, &host, &notes, catalog, boards);
	note_driver(&host, &notes, boards, m->n_gpus);
	note_iommu(&host, &notes);
	note_nvswitch(m, &host, &notes, boards);
	add_links(m, &host, &notes, boards);
	encode(out, &document_section, &document, 0, &notes);
}
