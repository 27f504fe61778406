/* The machine as a whole. */
#include "compiler/tools/discover/private.h"

#include "schema/grammar.h"

static struct version version_or_note(struct machine *machine, struct str s, const char *what)
{
	struct version version = {0};

	if (s.n == 0)
		return version;
	if (s.n < 64 && parse_version(s, &version)) {
		version.at = SPAN_MADE;
		return version;
	}
	machine_note(machine, "versions.%s: '%.*s' is no version", what, (int)(s.n < 64 ? s.n : 64),
		     s.p);
	return (struct version){0};
}

/* The first word of a line that starts like a version: `… Kernel Module  535.104.05  Sat …`. */
static struct str version_in(struct str line)
{
	for (size_t i = 1; i < line.n; i++) {
		size_t n = 0;

		if (line.p[i - 1] != ' ' || line.p[i] < '0' || line.p[i] > '9')
			continue;
		while (i + n < line.n && line.p[i + n] != ' ')
			n++;
		if (memchr(line.p + i, '.', n))
			return (struct str){line.p + i, n};
	}
	return STR("");
}

/* The vGPU manager has a module of its own (NVIDIA vGPU user guide); the open modules say so in
 * their version (NVIDIA driver's README, Open Linux Kernel Modules). */
static void read_driver(struct machine *machine, const struct tree *tree)
{
	struct str line = found_value(tree_text(tree, TREE_ATTRIBUTE, "proc/driver/nvidia/version"),
				      "NVRM version");
	struct str version = tree_text(tree, TREE_ATTRIBUTE, "sys/module/nvidia/version");
	static const char open[] = "Open Kernel Module";

	machine->host.versions.driver =
		version_or_note(machine, version.n ? version : version_in(line), "driver");
	if (tree_has(tree, "sys/module/nvidia_vgpu_vfio"))
		machine->host.driver = made_word(DRIVER_VGPU);
	else if (line.n && memmem(line.p, line.n, open, sizeof open - 1))
		machine->host.driver = made_word(DRIVER_OPEN);
	else if (line.n)
		machine->host.driver = made_word(DRIVER_PROPRIETARY);
}

/* Groups are there exactly when an IOMMU isolates devices. */
static struct flag read_iommu(const struct machine *machine, const struct tree *tree)
{
	struct tree_names groups, units;
	bool known = !tree_list(tree, "sys/kernel/iommu_groups", &groups);

	for (uint32_t i = 0; i < machine->n_gpus; i++)
		if (span_given(machine->gpus[i].spec.iommu_group.at))
			return made_flag(true);
	if (known && groups.n)
		return made_flag(true);
	if (!known || (!tree_list(tree, "sys/class/iommu", &units) && units.n))
		return (struct flag){0};
	return made_flag(false);
}

/* Fabric Manager's own file (NVIDIA Fabric Manager user guide). */
static struct word read_fabric(const struct tree *tree)
{
	static const enum nvswitch_mode modes[] = {NVSWITCH_BARE_METAL, NVSWITCH_SHARED,
						   NVSWITCH_VGPU};
	struct str text = tree_text(tree, TREE_TABLE,
				    "usr/share/nvidia/nvswitch/fabricmanager.cfg");
	uint64_t mode;

	if (!found_number(found_value(text, "FABRIC_MODE"), 2, &mode))
		return (struct word){0};
	return made_word(modes[mode]);
}

bool machine_read(struct machine *machine, struct arena *arena, const struct files *files,
		  struct str *error)
{
	const struct tree root = {arena, files}, *tree = &root;

	*machine = (struct machine){.arena = arena};
	if (!machine_read_gpus(machine, tree, error))
		return false;
	machine->hostname = tree_text(tree, TREE_ATTRIBUTE, "proc/sys/kernel/hostname");
	if (machine->hostname.n == 0)
		machine->hostname = tree_text(tree, TREE_ATTRIBUTE, "etc/hostname");
	machine->host.versions.kernel = version_or_note(
		machine, tree_text(tree, TREE_ATTRIBUTE, "proc/sys/kernel/osrelease"), "kernel");
	read_driver(machine, tree);
	machine->host.iommu = read_iommu(machine, tree);
	machine_read_cpus(machine, tree);
	machine->host.nvswitch.mode = read_fabric(tree);
	return true;
}
