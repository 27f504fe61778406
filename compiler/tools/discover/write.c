/* The machine as a spec. */
#include "compiler/source/yaml_write.h"
#include "compiler/tools/discover/private.h"

static const char indent[] = "    "; /* of a host's keys */

/* A map on one line, or a line a key, which starts with `block`. */
struct map {
	struct buffer *out;
	const char *block;
	bool begun;
};

static void put_key(struct map *map, const char *key)
{
	if (map->block)
		buffer_printf(map->out, "%s%s", map->begun ? "\n" : "", map->block);
	else
		buffer_puts(map->out, map->begun ? ", " : "{");
	buffer_printf(map->out, "%s:", key);
	map->begun = true;
}

static void end_map(const struct map *map)
{
	buffer_puts(map->out, "}");
}

static void put_number(struct map *map, const char *key, int64_t n)
{
	if (n < 0)
		return;
	put_key(map, key);
	buffer_printf(map->out, " %lld", (long long)n);
}

static void put_text(struct map *map, const char *key, struct str s)
{
	if (s.n == 0)
		return;
	put_key(map, key);
	buffer_puts(map->out, " ");
	yaml_write_text(map->out, s);
}

static void put_flag(struct map *map, const char *key, enum known known)
{
	if (known == NOT_KNOWN)
		return;
	put_key(map, key);
	buffer_puts(map->out, known == KNOWN_YES ? " true" : " false");
}

/* Rounded down: the kernel counts less memory than is plugged in, to the kilobyte. */
static struct str rough_size(struct arena *arena, uint64_t bytes)
{
	enum { FEW = 16 };

	if (bytes >= FEW * GIB || bytes % GIB == 0)
		return arena_printf(arena, "%lluGiB", (unsigned long long)(bytes / GIB));
	return arena_printf(arena, "%lluMiB", (unsigned long long)(bytes / MIB));
}

static void put_size(struct map *map, const char *key, uint64_t bytes)
{
	if (bytes < MIB)
		return;
	put_key(map, key);
	buffer_printf(map->out, " %.*s", STR_ARG(rough_size(map->out->arena, bytes)));
}

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

/* --- keys of the host --- */

static void put_versions(struct buffer *out, const struct machine *m)
{
	struct map map = {.out = out};

	if (m->kernel.n || m->nvidia.n) {
		buffer_printf(out, "%sversions: ", indent);
		put_text(&map, "kernel", m->kernel);
		put_text(&map, "driver", m->nvidia);
		end_map(&map);
		buffer_puts(out, "\n");
	}
	yaml_write_comment(out, indent,
			   "versions.qemu, versions.libvirt: not read; `qemu-system-x86_64 "
			   "--version` and `virsh version` tell");
}

static bool has_geforce(const struct board *const *boards, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (boards[i] && boards[i]->class == BOARD_GEFORCE)
			return true;
	return false;
}

static void put_driver(struct buffer *out, const struct machine *m,
		       const struct board *const *boards)
{
	static const char *const words[] = {NULL, "vgpu", "proprietary", "open"};

	if (m->driver == DRIVER_OPEN && has_geforce(boards, m->n_gpus))
		yaml_write_comment(out, indent,
				   "driver: open, or open-p2p where the module is the patched one: "
				   "it does not tell");
	else if (m->driver)
		buffer_printf(out, "%sdriver: %s\n", indent, words[m->driver]);
}

static void put_iommu(struct buffer *out, const struct machine *m)
{
	if (m->iommu == NOT_KNOWN)
		yaml_write_comment(out, indent,
				   "iommu is not known: /sys/kernel/iommu_groups cannot be read");
	else
		buffer_printf(out, "%siommu: %s\n", indent,
			      m->iommu == KNOWN_YES
				      ? "true"
				      : "false # no groups: passthrough needs VT-d or "
					"AMD-Vi, in firmware and kernel");
}

static void put_cpus(struct buffer *out, const struct machine *m)
{
	struct map map = {.out = out};

	if (!m->sockets && !m->phys_bits && !m->vendor)
		return;
	buffer_printf(out, "%scpus: ", indent);
	if (m->sockets) {
		put_number(&map, "sockets", m->sockets);
		put_number(&map, "cores", m->cores);
		put_number(&map, "threads", m->threads);
	}
	put_number(&map, "phys_bits", m->phys_bits ? (int64_t)m->phys_bits : -1);
	put_text(&map, "vendor",
		 m->vendor == VENDOR_INTEL ? STR("intel")
		 : m->vendor == VENDOR_AMD ? STR("amd")
					   : STR(""));
	end_map(&map);
	buffer_puts(out, "\n");
}

static void put_memory(struct buffer *out, const struct machine *m)
{
	if (m->memory)
		buffer_printf(out, "%smemory: %.*s\n", indent,
			      STR_ARG(rough_size(m->arena, m->memory)));
	if (m->n_nodes)
		buffer_printf(out, "%snuma:\n", indent);
	for (uint32_t i = 0; i < m->n_nodes; i++) {
		const struct found_node *node = &m->nodes[i];
		struct map map = {.out = out};

		buffer_printf(out, "%s  - ", indent);
		put_number(&map, "id", node->id);
		put_text(&map, "cpus", node->cpus);
		put_size(&map, "memory", node->memory);
		put_number(&map, "hugepages_1g", node->pages);
		end_map(&map);
		buffer_puts(out, "\n");
	}
}

/* --- links --- */

static uint32_t switched(const struct board *const *boards, uint32_t n)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < n; i++)
		count += boards[i] && boards[i]->nvswitch;
	return count;
}

static void put_nvswitch(struct buffer *out, const struct machine *m,
			 const struct board *const *boards)
{
	static const char *const words[] = {NULL, "bare-metal", "shared", "vgpu"};

	if (m->n_nvswitches == 0 && switched(boards, m->n_gpus) <= 4)
		return;
	if (m->fabric)
		buffer_printf(out, "%snvswitch: {mode: %s} # FABRIC_MODE of fabricmanager.cfg\n",
			      indent, words[m->fabric]);
	else
		yaml_write_comment(
			out, indent,
			"nvswitch.mode is not known: FABRIC_MODE of Fabric Manager tells "
			"(0 bare-metal, 1 shared, 2 vgpu)");
	yaml_write_comment(out, indent,
			   "module, the SXM module id of each GPU, is not in sysfs; partitions "
			   "need it");
}

/* One baseboard of eight with its switches. */
static bool is_switched_board(const struct machine *m, const struct board *const *boards)
{
	return m->n_nvswitches && m->n_gpus > 4 && m->n_gpus <= 8 &&
	       switched(boards, m->n_gpus) == m->n_gpus;
}

static void put_links(struct buffer *out, const struct machine *m,
		      const struct board *const *boards)
{
	const struct capture_set *set = &m->links;

	if (m->n_gpus < 2)
		return;
	if (capture_set_gpus(set)) {
		import_links(out, indent, set);
		return;
	}
	if (is_switched_board(m, boards))
		buffer_printf(out, "%snvlink: all # %u NVSwitches are there\n", indent,
			      m->n_nvswitches);
	else
		yaml_write_comment(out, indent,
				   "nvlink, pcie_p2p: not in sysfs; save `nvidia-smi topo -m`, "
				   "`-p2p r` and `-p2p w` of the bare host beside this file and "
				   "name them in `captures`");
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

/* What a spec calls the board, and what is to be said of that. */
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

static void put_vfs(struct map *map, const struct found_gpu *gpu)
{
	enum { A_LINE = 6 };
	char address[24];

	put_key(map, "vfs");
	for (uint32_t i = 0; i < gpu->n_vfs; i++) {
		pci_format(gpu->vfs[i], address);
		buffer_printf(map->out, "%s\"%s\"",
			      i % A_LINE ? ", "
			      : i	 ? ",\n           "
					 : "\n          [",
			      address);
	}
	buffer_puts(map->out, "]");
}

static void put_remark(struct buffer *out, const struct found_gpu *gpu, struct str remark)
{
	if (gpu->root.n || remark.n)
		yaml_write_comment(out, " ", "%s%.*s%s%.*s", gpu->root.n ? "root complex " : "",
				   STR_ARG(gpu->root), gpu->root.n && remark.n ? "; " : "",
				   STR_ARG(remark));
	else
		buffer_puts(out, "\n");
}

static void put_gpu_keys(struct map *map, const struct found_gpu *gpu, struct str board)
{
	char address[24];

	put_text(map, "board", board);
	put_text(map, "address", (struct str){address, pci_format(gpu->pci, address)});
	put_number(map, "numa", gpu->node);
	put_number(map, "iommu_group", gpu->iommu_group);
	put_flag(map, "mig", gpu->mig);
	put_flag(map, "ecc", gpu->ecc);
	put_flag(map, "rebar", gpu->rebar);
	put_size(map, "bar1", gpu->bar1);
}

/* On one line; its functions fill several, and then each key has its own. */
static void put_gpu(struct buffer *out, uint32_t i, const struct found_gpu *gpu, struct str board,
		    struct str remark)
{
	struct map map = {.out = out, .block = gpu->n_vfs ? "        " : NULL};

	buffer_printf(out, "%s  g%u:", indent, i);
	if (gpu->n_vfs) {
		put_remark(out, gpu, remark);
		put_gpu_keys(&map, gpu, board);
		put_vfs(&map, gpu);
		buffer_puts(out, "\n");
	} else {
		buffer_puts(out, " ");
		put_gpu_keys(&map, gpu, board);
		end_map(&map);
		put_remark(out, gpu, remark);
	}
}

static void put_head(struct buffer *out, const struct machine *m)
{
	buffer_puts(out, "version: 1\n\n");
	yaml_write_comment(out, "",
			   "Written by `gpuplan discover`: GPUs in the order of their PCI "
			   "addresses, as nvidia-smi counts them.");
	for (uint32_t i = 0; i < m->n_notes; i++)
		yaml_write_comment(out, "", "Not read: %.*s", STR_ARG(m->notes[i]));
	buffer_puts(out, "hosts:\n  ");
}

void machine_write(struct buffer *out, const struct machine *m, struct catalog *catalog)
{
	const struct board *boards[MAX_GPUS];
	struct str names[MAX_GPUS], remarks[MAX_GPUS], name = valid_name(m->arena, m->hostname);

	for (uint32_t i = 0; i < m->n_gpus; i++)
		names[i] = board_name(m->arena, catalog, &m->gpus[i], &boards[i], &remarks[i]);
	put_head(out, m);
	yaml_write_text(out, name);
	buffer_puts(out, ":");
	if (str_eq(name, m->hostname))
		buffer_puts(out, "\n");
	else
		yaml_write_comment(out, " ", "the machine calls itself '%.*s'",
				   STR_ARG(m->hostname));
	buffer_printf(out, "%shypervisor: kvm\n", indent);
	put_versions(out, m);
	put_driver(out, m, boards);
	put_iommu(out, m);
	put_cpus(out, m);
	put_memory(out, m);
	put_nvswitch(out, m, boards);
	put_links(out, m, boards);
	buffer_printf(out, "%sgpus:\n", indent);
	for (uint32_t i = 0; i < m->n_gpus; i++)
		put_gpu(out, i, &m->gpus[i], names[i], remarks[i]);
}
