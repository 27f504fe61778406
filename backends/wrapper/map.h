/* The clique map: the clique of each GPU of this host, by PCI address. */
#ifndef GPUPLAN_WRAPPER_MAP_H
#define GPUPLAN_WRAPPER_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MAP_FILE     "/etc/gpuplan/clique-map.json"
#define MAP_VARIABLE "GPUPLAN_CLIQUE_MAP"

enum {
	MAP_BYTES = 1 << 20, /* a larger file is not a clique map */
	MAP_ENTRIES = 1024,  /* neither is one with more GPUs */
	MAP_CLIQUES = 16,    /* QEMU accepts 0 to 15 */
	MAP_HOST = 256,
};

struct map {
	char host[MAP_HOST]; /* the host that the map is for, or empty */
	size_t n;
	struct map_entry {
		uint64_t address; /* from pci_read() */
		unsigned clique;
	} entries[MAP_ENTRIES];
	char wrong[256]; /* why map_read() failed, with a line number if there is one */
};

/* Returns GPUPLAN_CLIQUE_MAP if it is set and not empty, else MAP_FILE. */
const char *map_path(void);
/* Reads the map in `path`. An error anywhere makes the whole map invalid. Allocates nothing. */
bool map_read(const char *path, struct map *map);
bool map_find(const struct map *map, uint64_t address, unsigned *clique);

#endif
