/* gpuplan-qemu --check: the map, and the GPUs that it names. */
#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backends/wrapper/check_private.h"
#include "backends/wrapper/map.h"
#include "backends/wrapper/pci.h"

#define DEVICES "/sys/bus/pci/devices"

/* Checks that all users can use `path`, a file or folder, and only root can change it. */
static void check_mode(const char *path, mode_t needed)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return;
	if (st.st_uid != 0 || (st.st_mode & (S_IWGRP | S_IWOTH))) {
		report(VERDICT_WARNING, "users other than root can change '%s'", path);
		report_help("chown root %s; chmod go-w %s", path, path);
	}
	if ((st.st_mode & needed) != needed) {
		report(VERDICT_WARNING,
		       "not all users can read '%s', and libvirt runs QEMU as a user of its own",
		       path);
		report_help("chmod a+r%s %s", S_ISDIR(st.st_mode) ? "x" : "", path);
	}
}

static void check_file(const char *path)
{
	char copy[PATH_MAX];

	check_mode(path, S_IROTH);
	if (snprintf(copy, sizeof copy, "%s", path) < PATH_MAX)
		check_mode(dirname(copy), S_IXOTH);
}

/* Checks that the map is not from another host. Names are compared up to their first dot. */
static void check_host(const struct map *map)
{
	char name[MAP_HOST] = "";
	size_t n = strcspn(map->host, ".");

	if (gethostname(name, sizeof name - 1) != 0 || n == 0)
		return;
	if (n != strcspn(name, ".") || strncasecmp(map->host, name, n) != 0)
		report(VERDICT_NOTE, "the map is for host '%s', and this is '%s'", map->host, name);
}

/* Returns the hexadecimal number in a file of the device, or -1. */
static long read_id(const char *address, const char *file)
{
	char path[sizeof DEVICES + PCI_TEXT + 16], text[32];

	snprintf(path, sizeof path, DEVICES "/%s/%s", address, file);
	return read_start(path, text, sizeof text) ? strtol(text, NULL, 16) : -1;
}

static void read_driver(const char *address, char *out, size_t size)
{
	char path[sizeof DEVICES + PCI_TEXT + 16], target[PATH_MAX];
	ssize_t n;

	snprintf(path, sizeof path, DEVICES "/%s/driver", address);
	n = readlink(path, target, sizeof target - 1);
	target[n > 0 ? n : 0] = '\0';
	snprintf(out, size, "%s", n > 0 ? basename(target) : "no driver");
}

static void check_gpu(const struct map_entry *entry)
{
	char address[PCI_TEXT], driver[64];
	long vendor, class;

	pci_write(entry->address, address);
	vendor = read_id(address, "vendor");
	class = read_id(address, "class");
	if (vendor < 0 || class < 0) {
		report(VERDICT_WARNING, "%s, clique %u: this machine has no such device", address,
		       entry->clique);
		return;
	}
	if (vendor != 0x10de || class >> 16 != 3) {
		report(VERDICT_WARNING,
		       "%s, clique %u: not an NVIDIA GPU (%04lx, class %06lx); a VM with it does not start",
		       address, entry->clique, vendor, class);
		return;
	}
	read_driver(address, driver, sizeof driver);
	report(VERDICT_OK, "%s, clique %u: %04lx:%04lx, %s", address, entry->clique, vendor,
	       read_id(address, "device"), driver);
}

void check_map(void)
{
	static struct map map;
	const char *path = map_path();

	if (!map_read(path, &map)) {
		report(VERDICT_WARNING, "no VM gets a clique: %s: %s", path, map.wrong);
		report_help("copy the host's clique-map.json, which gpuplan compile writes, to %s",
			    path);
		return;
	}
	report(VERDICT_OK, "%s names %zu GPU%s", path, map.n, map.n == 1 ? "" : "s");
	check_file(path);
	check_host(&map);
	for (size_t i = 0; i < map.n; i++)
		check_gpu(&map.entries[i]);
}
