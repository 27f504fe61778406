/* A fact of QEMU's device vfio-pci, for the backends that lead to it. */
#ifndef GPUPLAN_BACKENDS_VFIO_H
#define GPUPLAN_BACKENDS_VFIO_H

#include "compiler/plan/plan.h"

/* QEMU's `host` property takes no PCI domain above ffff (those of Intel's VMD); `sysfsdev`, the
 * device's folder, takes any. */
static inline bool vfio_needs_sysfs(const struct vm_gpu *gpu)
{
	return !vm_gpu_is_mdev(gpu) && vm_gpu_address(gpu).domain > 0xffff;
}

#endif
