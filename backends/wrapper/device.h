/* QEMU's `-device` arguments: which are GPUs that want a clique, and the argument with the clique
 * in it. */
#ifndef GPUPLAN_WRAPPER_DEVICE_H
#define GPUPLAN_WRAPPER_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* At most so many bytes more than the argument, the terminator included. */
enum { DEVICE_GROWS = 32 };

/* A host's PCI device that has no clique yet, and where its argument takes one. */
struct device {
	uint64_t address;
	size_t at; /* where the property goes in; all else of the argument stays as it is */
	bool json;
	bool comma; /* key=value: the property needs a comma before it */
};

/* Reads the argument of `-device`, a JSON object or key=value, as QEMU does: the last of equal keys
 * holds, and `sysfsdev` goes before `host`. False where it is no vfio-pci device, has no PCI
 * address of the host (an mdev has none), has a clique, or is not well formed. */
bool device_read(const char *argument, struct device *device);
/* Writes `argument` with the clique; `out` has DEVICE_GROWS bytes more than it. Returns the bytes
 * written, with the terminator. */
size_t device_write(const char *argument, const struct device *device, unsigned clique, char *out);

#endif
