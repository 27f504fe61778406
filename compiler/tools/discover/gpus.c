/* GPUs and NVSwitches on the PCI bus. */
#include <errno.h>
#include <stdlib.h>

#include "compiler/tools/discover/private.h"

#define DEVICES "sys/bus/pci/devices"

enum {
	NVIDIA = 0x10de,
	CLASS_DISPLAY = 0x03,
	CLASS_BRIDGE_OTHER = 0x0680, /* an NVSwitch */
	GEFORCE_BAR1 = 256 << 20,    /* bytes, before it is resized */
};

/* `0x10de`, of at most `digits` digits. */
static bool read_hex(const struct tree *tree, const char *device, const char *file, size_t digits,
		     uint32_t *out)
{
	struct str s = tree_text(tree, TREE_ATTRIBUTE, DEVICES "/%s/%s", device, file);
	uint32_t n = 0;

	if (s.n < 3 || s.n > 2 + digits || memcmp(s.p, "0x", 2) != 0)
		return false;
	for (size_t i = 2; i < s.n; i++) {
		const char *hex = "0123456789abcdef", *digit = memchr(hex, s.p[i] | 0x20, 16);

		if (!digit)
			return false;
		n = n << 4 | (uint32_t)(digit - hex);
	}
	*out = n;
	return true;
}

/* As the kernel writes it: 0000:05:00.0. */
static bool parse_address(struct str s, struct pci_address *out)
{
	char own[24];
	const char *why;

	return parse_pci(s, out, &why) && str_eq(s, (struct str){own, pci_format(*out, own)});
}

/* --- one GPU --- */

static struct number read_node(struct machine *machine, const struct tree *tree, const char *device)
{
	struct str s = tree_text(tree, TREE_ATTRIBUTE, DEVICES "/%s/numa_node", device);
	uint64_t n;

	if (found_number(s, MAX_NODE, &n))
		return made_number(n);
	if (s.n && !str_is(s, "-1"))
		machine_note(machine, "%s: its numa_node is no number of a node", device);
	return (struct number){0};
}

/* A link to the group's folder; in a copy without links, the group that lists the device. */
static struct number read_group(const struct tree *tree, const char *device)
{
	enum { MAX_GROUP = 65535 };
	struct tree_names groups;
	uint64_t n;

	if (found_number(path_base(tree_link(tree, DEVICES "/%s/iommu_group", device)), MAX_GROUP,
			 &n))
		return made_number(n);
	tree_list(tree, "sys/kernel/iommu_groups", &groups);
	for (uint32_t i = 0; i < groups.n; i++)
		if (found_number(groups.items[i], MAX_GROUP, &n) &&
		    tree_has(tree, "sys/kernel/iommu_groups/%s/devices/%s", groups.items[i].p,
			     device))
			return made_number(n);
	return (struct number){0};
}

/* ../../../devices/pci0000:20/0000:20:01.1/… */
static struct str read_root(const struct tree *tree, const char *device)
{
	struct str rest = tree_link(tree, DEVICES "/%s", device);

	while (rest.n) {
		const char *slash = memchr(rest.p, '/', rest.n);
		struct str part = {rest.p, slash ? (size_t)(slash - rest.p) : rest.n};

		if (part.n > 3 && part.n < 16 && memcmp(part.p, "pci", 3) == 0)
			return part;
		rest.p += part.n + (slash != NULL);
		rest.n -= part.n + (slash != NULL);
	}
	return STR("");
}

/* `0x000038000000000 0x…fff 0x000000000014220c`: start, end, flags; 0: not used, or not so. */
static uint64_t size_of_resource(struct str line)
{
	char *end;
	const char *text = line.p;
	uint64_t first = strtoull(text, &end, 16), last;

	if (end == text || *end != ' ')
		return 0;
	last = strtoull(end, &end, 16);
	return last > first && *end == ' ' ? last - first + 1 : 0;
}

/* BAR1 is the second one: register 1 behind a BAR0 of 32 bits, 2 behind one of 64. */
static struct number read_bar1(struct machine *machine, const struct tree *tree, const char *device)
{
	struct str text = tree_text(tree, TREE_ATTRIBUTE, DEVICES "/%s/resource", device);
	uint64_t size = 0;

	/* Terminated, for strtoull: a file may end anywhere. */
	text = arena_printf(tree->arena, "%.*s", STR_ARG(text));
	for (uint32_t bar = 0; bar <= 2 && size == 0 && text.n; bar++) {
		const char *end = strchr(text.p, '\n');
		size_t n = end ? (size_t)(end - text.p) + 1 : text.n;

		if (bar > 0)
			size = size_of_resource(text);
		text.p += n;
		text.n -= n < text.n ? n : text.n;
	}
	if (size >= MIB && (size & (size - 1)) == 0)
		return made_number(size);
	machine_note(machine, "%s: `resource` shows no BAR1", device);
	return (struct number){0};
}

/* The kernel offers sizes if the device has the capability. Only 256 MiB certainly has not been
 * enlarged. */
static struct flag read_rebar(const struct tree *tree, const char *device, struct number bar1)
{
	if (!span_given(bar1.at) || !(tree_has(tree, DEVICES "/%s/resource1_resize", device) ||
				      tree_has(tree, DEVICES "/%s/resource2_resize", device)))
		return (struct flag){0};
	return made_flag(bar1.n > GEFORCE_BAR1);
}

/* A link to the function's folder; in a copy without links, a folder with its address. */
static bool read_function(const struct tree *tree, const char *device, struct str name,
			  struct pci_address *out)
{
	struct str target = tree_link(tree, DEVICES "/%s/%s", device, name.p);

	if (target.n == 0)
		target = found_value(
			tree_text(tree, TREE_ATTRIBUTE, DEVICES "/%s/%s/uevent", device, name.p),
			"PCI_SLOT_NAME");
	return parse_address(path_base(target), out);
}

struct function {
	uint64_t number;
	struct pci_address pci;
};

static int by_number(const void *a, const void *b)
{
	const struct function *x = a, *y = b;

	return (x->number > y->number) - (x->number < y->number);
}

static bool is_taken(const struct machine *machine, const struct function *functions, uint32_t n,
		     struct pci_address pci)
{
	for (uint32_t i = 0; i < n; i++)
		if (pci_eq(functions[i].pci, pci))
			return true;
	for (uint32_t i = 0; i < machine->n_gpus; i++)
		for (uint32_t k = 0; k < machine->gpus[i].spec.vfs.n; k++)
			if (pci_eq(machine->gpus[i].spec.vfs.items[k].pci, pci))
				return true;
	return false;
}

/* virtfn0, virtfn1, …: in the order of their numbers. */
static void read_vfs(struct machine *machine, const struct tree *tree, const char *device,
		     struct gpu_spec *gpu)
{
	struct function functions[MAX_VFS];
	struct tree_names names;
	uint32_t n = 0;

	tree_list(tree, arena_printf(tree->arena, DEVICES "/%s", device).p, &names);
	for (uint32_t i = 0; i < names.n && n < MAX_VFS; i++) {
		struct str name = names.items[i];
		struct function *f = &functions[n];

		if (name.n < 7 || memcmp(name.p, "virtfn", 6) != 0 ||
		    !found_number((struct str){name.p + 6, name.n - 6}, UINT16_MAX, &f->number))
			continue;
		if (!read_function(tree, device, name, &f->pci) ||
		    pci_eq(f->pci, gpu->address.pci) || is_taken(machine, functions, n, f->pci))
			machine_note(machine, "%s: %.*s leads to no function of its own", device,
				     STR_ARG(name));
		else
			n++;
	}
	if (n == 0)
		return;
	qsort(functions, n, sizeof *functions, by_number);
	gpu->vfs.items = arena_array(machine->arena, n, sizeof *gpu->vfs.items);
	for (uint32_t i = 0; i < n; i++)
		gpu->vfs.items[gpu->vfs.n++] = made_address(functions[i].pci);
}

static void add_gpu(struct machine *machine, const struct tree *tree, struct str name,
		    struct pci_address pci, uint32_t id)
{
	struct found_gpu gpu = {.spec.address = made_address(pci), .device = (uint16_t)id}, *slot;
	const char *device = name.p;
	uint32_t subsystem;

	gpu.has_subsystem = read_hex(tree, device, "subsystem_device", 4, &subsystem);
	gpu.subsystem = gpu.has_subsystem ? (uint16_t)subsystem : 0;
	gpu.root = read_root(tree, device);
	gpu.spec.numa = read_node(machine, tree, device);
	gpu.spec.iommu_group = read_group(tree, device);
	gpu.spec.bar1 = read_bar1(machine, tree, device);
	gpu.spec.rebar = read_rebar(tree, device, gpu.spec.bar1);
	read_vfs(machine, tree, device, &gpu.spec);
	slot = arena_push(machine->arena, (void **)&machine->gpus, &machine->n_gpus,
			  &machine->gpus_capacity, sizeof gpu);
	*slot = gpu;
}

/* --- the bus --- */

/* A virtual function is a display too; it belongs to its GPU, which a copy may lack. */
static bool is_function(const struct tree *tree, const char *device)
{
	return tree_link(tree, DEVICES "/%s/physfn", device).n ||
	       tree_has(tree, DEVICES "/%s/physfn", device);
}

static void look_at(struct machine *machine, const struct tree *tree, struct str name)
{
	struct pci_address pci;
	uint32_t vendor, class, id;

	if (!parse_address(name, &pci) || !read_hex(tree, name.p, "vendor", 4, &vendor) ||
	    vendor != NVIDIA || !read_hex(tree, name.p, "class", 6, &class) ||
	    !read_hex(tree, name.p, "device", 4, &id))
		return;
	if (class >> 8 == CLASS_BRIDGE_OTHER)
		machine->n_nvswitches++;
	if (class >> 16 == CLASS_DISPLAY && !is_function(tree, name.p))
		add_gpu(machine, tree, name, pci, id);
}

static int by_address(const void *a, const void *b)
{
	return pci_cmp(((const struct found_gpu *)a)->spec.address.pci,
		       ((const struct found_gpu *)b)->spec.address.pci);
}

bool machine_read_gpus(struct machine *machine, const struct tree *tree, struct str *error)
{
	struct tree_names names;
	int failed = tree_list(tree, DEVICES, &names);

	if (failed) {
		*error = failed == E2BIG ? STR("/sys/bus/pci/devices lists too many devices")
					 : STR("/sys/bus/pci/devices cannot be read");
		return false;
	}
	for (uint32_t i = 0; i < names.n && machine->n_gpus <= MAX_GPUS; i++)
		look_at(machine, tree, names.items[i]);
	if (machine->n_gpus == 0 || machine->n_gpus > MAX_GPUS) {
		*error = machine->n_gpus ? STR("more than 64 NVIDIA GPUs: a host takes 64")
					 : STR("no NVIDIA GPU among the PCI devices (vendor "
					       "0x10de, class 0x03): run it on the GPU host, or "
					       "with --root DIR on a copy of its /sys and /proc");
		return false;
	}
	qsort(machine->gpus, machine->n_gpus, sizeof *machine->gpus, by_address);
	return true;
}
