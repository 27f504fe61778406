/* Finds the real QEMU. */
#ifndef GPUPLAN_WRAPPER_QEMU_H
#define GPUPLAN_WRAPPER_QEMU_H

#include <limits.h>
#include <stdbool.h>

#define QEMU_VARIABLE "GPUPLAN_QEMU"
#define QEMU_SUFFIX   ".real"

/* Finds GPUPLAN_QEMU, if it is set and not empty. Else appends `.real` to the path that the wrapper
 * was called by and, if that does not exist, to each symbolic link on the way to the wrapper's
 * file. So `kvm` -> `qemu-system-x86_64` finds qemu-system-x86_64.real, and a wrapper may have
 * several names, each beside its own QEMU. Skips the wrapper itself, which would call itself for
 * ever.
 *
 * False if there is none; `path` is then the first candidate. */
bool qemu_find(char path[PATH_MAX]);

/* The path that was passed to the kernel to start the wrapper; argv[0] may be anything. */
const char *qemu_called_as(void);

#endif
