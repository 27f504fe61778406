/* Where the real QEMU is. */
#ifndef GPUPLAN_WRAPPER_QEMU_H
#define GPUPLAN_WRAPPER_QEMU_H

#include <limits.h>
#include <stdbool.h>

#define QEMU_VARIABLE "GPUPLAN_QEMU"
#define QEMU_SUFFIX   ".real"

/* GPUPLAN_QEMU where it is set and not empty. Else the wrapper's own path with `.real` behind it:
 * the path that was called; where nothing is there, the one that this is a symbolic link to, and so
 * on to the file itself. So `kvm` -> `qemu-system-x86_64` finds qemu-system-x86_64.real, and one
 * wrapper may stand under many names, each beside its own QEMU. What is the wrapper itself is
 * passed over, lest it calls itself for ever.
 *
 * False where there is none; `path` then is the first that was looked for. */
bool qemu_find(char path[PATH_MAX]);

/* The path that the kernel was given to start us; argv[0] may say anything. */
const char *qemu_called_as(void);

#endif
