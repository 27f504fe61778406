/* QEMU's `-device` arguments: finds GPUs that need a clique, and adds it. */
#ifndef GPUPLAN_WRAPPER_DEVICE_H
#define GPUPLAN_WRAPPER_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The most bytes that a clique adds to an argument, including the terminator. */
enum { DEVICE_GROWS = 32 };

/* A PCI device of the host without a clique, and where its argument takes one. */
struct device {
	uint64_t address;
	size_t at; /* offset in the argument where the property is inserted */
	bool json;
	bool comma; /* with key=value: the property needs a comma before it */
};

/* Reads the argument of `-device`, a JSON object or key=value, as QEMU does: the last of equal keys
 * applies, and `sysfsdev` takes precedence over `host`. False if it is not a vfio-pci device, has
 * no PCI address of the host (an mdev has none), has a clique already, or is malformed. */
bool device_read(const char *argument, struct device *device);
/* Writes `argument` with the clique to `out`, which has DEVICE_GROWS bytes more than it. Returns
 * the number of bytes written, including the terminator. */
size_t device_write(const char *argument, const struct device *device, unsigned clique, char *out);

#endif
