/* CPUs, memory and NUMA nodes. */
#include <stdlib.h>

#include "compiler/tools/discover/private.h"

enum { MAX_SOCKETS = 64, MAX_CORES = 1024, MAX_THREADS = 8 };

/* Sockets that /proc/cpuinfo names. */
struct sockets {
	uint64_t ids[MAX_SOCKETS];
	uint32_t n;
};

/* The text of one CPU, up to an empty line, which is taken off `rest`. */
static struct str next_cpu(struct str *rest)
{
	const char *end = rest->n ? memmem(rest->p, rest->n, "\n\n", 2) : NULL;
	struct str cpu = {rest->p, end ? (size_t)(end - rest->p) : rest->n};

	rest->p += cpu.n + (end ? 2 : 0);
	rest->n -= cpu.n + (end ? 2 : 0);
	return cpu;
}

static bool add_socket(struct sockets *all, uint64_t id)
{
	for (uint32_t i = 0; i < all->n; i++)
		if (all->ids[i] == id)
			return true;
	if (all->n == MAX_SOCKETS)
		return false;
	all->ids[all->n++] = id;
	return true;
}

/* Reads sockets, cores and threads, on which all CPUs must agree. */
static bool read_topology(struct machine *machine, struct str text)
{
	struct sockets sockets = {.n = 0};
	uint64_t cores = 0, siblings = 0;

	while (text.n) {
		struct str cpu = next_cpu(&text);
		uint64_t id, c, s;

		if (found_value(cpu, "processor").n == 0)
			continue;
		if (!found_number(found_value(cpu, "physical id"), UINT32_MAX, &id) ||
		    !found_number(found_value(cpu, "cpu cores"), MAX_CORES, &c) ||
		    !found_number(found_value(cpu, "siblings"), UINT32_MAX, &s) ||
		    !add_socket(&sockets, id))
			return false;
		if (sockets.n > 1 || cores) {
			if (c != cores || s != siblings)
				return false;
		}
		cores = c;
		siblings = s;
	}
	if (cores == 0 || siblings == 0 || siblings % cores || siblings / cores > MAX_THREADS)
		return false;
	machine->host.cpus.sockets = made_number(sockets.n);
	machine->host.cpus.cores = made_number(cores);
	machine->host.cpus.threads = made_number(siblings / cores);
	return true;
}

static void read_cpuinfo(struct machine *machine, const struct tree *tree)
{
	struct str text = tree_text(tree, TREE_TABLE, "proc/cpuinfo");
	struct str sizes = found_value(text, "address sizes"), vendor;
	size_t digits = 0;
	uint64_t bits;

	if (text.n == 0) {
		machine_note(machine, "cpus: /proc/cpuinfo cannot be read");
		return;
	}
	if (!read_topology(machine, text))
		machine_note(machine, "cpus: /proc/cpuinfo does not tell sockets, cores and "
				      "threads as `lscpu` does, or its CPUs differ");
	while (digits < sizes.n && sizes.p[digits] >= '0' && sizes.p[digits] <= '9')
		digits++;
	if (found_number((struct str){sizes.p, digits}, 64, &bits) && bits >= 32)
		machine->host.cpus.phys_bits = made_number(bits);
	else
		machine_note(machine, "cpus.phys_bits: /proc/cpuinfo has no `address sizes`");
	vendor = found_value(text, "vendor_id");
	if (str_is(vendor, "GenuineIntel"))
		machine->host.cpus.vendor = made_word(VENDOR_INTEL);
	else if (str_is(vendor, "AuthenticAMD"))
		machine->host.cpus.vendor = made_word(VENDOR_AMD);
}

/* Rounded down: the kernel counts less memory than is plugged in, to the kilobyte. Absent: less
 * than a MiB. */
static struct number rough_size(uint64_t bytes)
{
	enum { FEW = 16 };
	uint64_t unit = bytes >= FEW * GIB ? GIB : MIB;

	if (bytes < MIB)
		return (struct number){0};
	return made_number(bytes / unit * unit);
}

/* `MemTotal:   1056756260 kB`; absent: not so. */
static struct number memory_of(struct str text, const char *key)
{
	struct str s = found_value(text, key);
	uint64_t n;

	if (s.n < 4 || memcmp(s.p + s.n - 3, " kB", 3) != 0)
		return (struct number){0};
	s.n -= 3;
	return rough_size(found_number(s, UINT64_MAX / KIB, &n) ? n * KIB : 0);
}

static void read_node(struct machine *machine, const struct tree *tree, uint32_t id)
{
	const char *folder = arena_printf(tree->arena, "sys/devices/system/node/node%u", id).p;
	struct str cpus = tree_text(tree, TREE_ATTRIBUTE, "%s/cpulist", folder);
	struct str memory = tree_text(tree, TREE_ATTRIBUTE, "%s/meminfo", folder);
	struct str pages = tree_text(tree, TREE_ATTRIBUTE,
				     "%s/hugepages/hugepages-1048576kB/nr_hugepages", folder);
	struct numa_spec *node = &machine->host.numa.items[machine->host.numa.n++];
	uint64_t n;

	node->id = made_number(id);
	if (cpus.n && cpulist_count(cpus))
		node->cpus = made_text(cpus);
	else if (cpus.n)
		machine_note(machine, "numa: the CPUs of node %u are no cpulist", id);
	node->memory = memory_of(memory, arena_printf(tree->arena, "Node %u MemTotal", id).p);
	if (found_number(pages, 1 << 20, &n))
		node->hugepages_1g = made_number(n);
}

static int by_id(const void *a, const void *b)
{
	uint64_t x = ((const struct numa_spec *)a)->id.n, y = ((const struct numa_spec *)b)->id.n;

	return (x > y) - (x < y);
}

static void read_nodes(struct machine *machine, const struct tree *tree)
{
	struct tree_names names;

	tree_list(tree, "sys/devices/system/node", &names);
	machine->host.numa.items = arena_array(machine->arena, names.n, sizeof(struct numa_spec));
	for (uint32_t i = 0; i < names.n; i++) {
		struct str name = names.items[i];
		uint64_t id;

		/* node7, not node07: no two names for one number. */
		if (name.n < 5 || memcmp(name.p, "node", 4) != 0 ||
		    (name.p[4] == '0' && name.n > 5) ||
		    !found_number((struct str){name.p + 4, name.n - 4}, MAX_NODE, &id))
			continue;
		read_node(machine, tree, (uint32_t)id);
	}
	if (machine->host.numa.n)
		qsort(machine->host.numa.items, machine->host.numa.n, sizeof(struct numa_spec),
		      by_id);
	else
		machine_note(machine, "numa: /sys/devices/system/node cannot be read");
}

void machine_read_cpus(struct machine *machine, const struct tree *tree)
{
	read_cpuinfo(machine, tree);
	machine->host.memory = memory_of(tree_text(tree, TREE_TABLE, "proc/meminfo"), "MemTotal");
	if (!span_given(machine->host.memory.at))
		machine_note(machine, "memory: /proc/meminfo cannot be read");
	read_nodes(machine, tree);
}
