/* The clique map: which GPU of this host, by its PCI address, is in which clique. */
#ifndef GPUPLAN_WRAPPER_MAP_H
#define GPUPLAN_WRAPPER_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MAP_FILE     "/etc/gpuplan/clique-map.json"
#define MAP_VARIABLE "GPUPLAN_CLIQUE_MAP"

enum {
	MAP_BYTES = 1 << 20, /* a larger file is no clique map */
	MAP_ENTRIES = 1024,  /* nor is one with more GPUs */
	MAP_CLIQUES = 16,    /* QEMU takes 0 to 15 */
	MAP_HOST = 256,
};

struct map {
	char host[MAP_HOST]; /* whom the map is for; empty where it does not say */
	size_t n;
	struct map_entry {
		uint64_t address; /* as pci_read() gives it */
		unsigned clique;
	} entries[MAP_ENTRIES];
	char wrong[256]; /* map_read() failed: why, with the line where one is to blame */
};

/* GPUPLAN_CLIQUE_MAP where it is set and not empty, else MAP_FILE. */
const char *map_path(void);
/* Reads the map of `path`. All or nothing: a map that is wrong anywhere is not used. Allocates
 * nothing. */
bool map_read(const char *path, struct map *map);
bool map_find(const struct map *map, uint64_t address, unsigned *clique);

#endif
